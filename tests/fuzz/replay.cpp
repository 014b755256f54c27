// Where there is no libFuzzer: the kept inputs, each as it is, cut off everywhere, and with bytes changed by a fixed seed.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "tests/fuzz/fuzz_input.hpp"

namespace {

// A whole replay takes seconds, also under a sanitizer.
constexpr std::size_t kCutsMax = 60;
constexpr std::size_t kChanges = 60;
constexpr std::size_t kCorpusFilesMin = 10;

struct Kept {
  std::string name;
  std::string bytes;
};

std::vector<Kept> corpus() {
  std::vector<Kept> all;
  for (const auto& entry : std::filesystem::directory_iterator(WK_FUZZ_CORPUS)) {
    std::ifstream file(entry.path(), std::ios::binary);
    all.push_back({entry.path().filename(), {std::istreambuf_iterator<char>(file), {}}});
  }
  std::sort(all.begin(), all.end(), [](const Kept& a, const Kept& b) { return a.name < b.name; });
  return all;
}

void run(const std::string& bytes) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

TEST(Corpus, Holds) {
  const std::vector<Kept> all = corpus();
  EXPECT_GE(all.size(), kCorpusFilesMin);
  for (const Kept& kept : all) {
    SCOPED_TRACE(kept.name);
    run(kept.bytes);
  }
}

TEST(Corpus, HoldsCutOff) {
  for (const Kept& kept : corpus()) {
    SCOPED_TRACE(kept.name);
    const std::size_t step = kept.bytes.size() / kCutsMax + 1;
    for (std::size_t size = 0; size < kept.bytes.size(); size += step) run(kept.bytes.substr(0, size));
  }
}

TEST(Corpus, HoldsChanged) {
  const std::vector<Kept> all = corpus();
  std::mt19937 random(1);
  for (const Kept& kept : all) {
    SCOPED_TRACE(kept.name);
    for (std::size_t i = 0; i < kChanges && !kept.bytes.empty(); ++i) {
      std::string bytes = kept.bytes;
      for (auto changes = 1 + random() % 3; changes > 0; --changes) {
        const std::size_t at = random() % bytes.size();
        switch (random() % 3) {
          case 0: bytes[at] = static_cast<char>(random()); break;
          case 1: bytes[at] = static_cast<char>(bytes[at] ^ 1 << random() % 8); break;
          default: {
            // A piece of another one in the middle of this one.
            const std::string& other = all[random() % all.size()].bytes;
            if (!other.empty()) bytes.insert(at, other.substr(random() % other.size(), random() % 40));
          }
        }
      }
      run(bytes);
    }
  }
}

}  // namespace
