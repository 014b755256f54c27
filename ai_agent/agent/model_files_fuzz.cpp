// The AI agent's own files as a bad disk, or another program, left them: intent models, indexes of the knowledge, sentence weights, sentence
// vectors. Arbitrary bytes, or what we write with bytes changed and every checksum put right again: refused, or read and of use within the limits.
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <string>

#include "ai_agent/intent/intent_model.hpp"
#include "ai_agent/intent/trainer.hpp"
#include "ai_agent/knowledge/knowledge_index.hpp"
#include "ai_agent/knowledge/limits.hpp"
#include "ai_agent/math/blob.hpp"
#include "ai_agent/sentence/embedding_cache.hpp"
#include "ai_agent/sentence/sentence_model.hpp"
#include "base/assert.hpp"
#include "base/crc32c.hpp"
#include "tests/fuzz/fuzz_input.hpp"

namespace {

using namespace wk;
using namespace wk::ai;

// A file without a disk.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view bytes) : descriptor_(::memfd_create("model", MFD_CLOEXEC)) {
    WK_ASSERT(descriptor_ >= 0);
    while (!bytes.empty()) {
      const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
      WK_ASSERT(written > 0);
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
  }
  ~MemoryFile() { ::close(descriptor_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  std::filesystem::path path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }
  std::string bytes() const {
    std::string all(static_cast<std::size_t>(::lseek(descriptor_, 0, SEEK_END)), '\0');
    WK_ASSERT(::pread(descriptor_, all.data(), all.size(), 0) == static_cast<ssize_t>(all.size()));
    return all;
  }

 private:
  const int descriptor_;
};

// A sentence's direction is made of its letters.
class LetterEncoder final : public SentenceEncoder {
 public:
  std::string_view name() const override { return "letters"; }
  std::size_t dimensions() const override { return 8; }
  bool encode(std::string_view text, std::span<float> out) const override {
    std::fill(out.begin(), out.end(), 0.0F);
    float length = 0;
    for (const char c : text) out[static_cast<unsigned char>(c) % 8] += 1;
    for (const float value : out) length += value * value;
    for (float& value : out) value /= std::sqrt(length);
    return length > 0;
  }
};

const std::shared_ptr<const LetterEncoder>& letters() {
  static const auto kLetters = std::make_shared<const LetterEncoder>();
  return kLetters;
}

void put_u32(std::string& bytes, std::size_t at, std::uint32_t value) {
  if (at + 4 <= bytes.size()) std::memcpy(bytes.data() + at, &value, 4);
}

// A few bytes changed, numbers made large or small, the end cut off or added to. `reach`: how far from the front.
std::string damaged(std::string bytes, fuzz::Input& input, std::size_t reach) {
  for (int changes = input.byte() % 8; changes > 0 && !bytes.empty(); --changes) {
    const std::uint8_t how = input.byte() % 6;
    const std::size_t at = input.number() % std::min(bytes.size(), reach);
    switch (how) {
      case 0: bytes[at] = static_cast<char>(input.byte()); break;
      case 1: put_u32(bytes, at & ~std::size_t{3}, input.number()); break;
      case 2: put_u32(bytes, at & ~std::size_t{3}, input.byte()); break;
      case 3: put_u32(bytes, at & ~std::size_t{3}, 0xFFFF'FFFFU - input.byte()); break;
      case 4: bytes.insert(at, std::string(input.bytes(input.byte() % 32))); break;
      default: bytes.erase(at, input.byte()); break;
    }
  }
  return bytes;
}

// Magic word of eight, [version,] CRC32C and size of the rest.
std::string with_head(std::string bytes, std::string_view magic, bool version) {
  const std::size_t at = magic.size() + (version ? 4U : 0U);
  if (bytes.size() < at + 8) bytes.resize(at + 8);
  std::copy(magic.begin(), magic.end(), bytes.begin());
  if (version) put_u32(bytes, magic.size(), 1);
  const std::string_view rest = std::string_view(bytes).substr(at + 8);
  const std::uint32_t crc = crc32c(rest);
  const auto size = static_cast<std::uint32_t>(rest.size());
  put_u32(bytes, at, crc);
  put_u32(bytes, at + 4, size);
  return bytes;
}

void try_intents(const std::string& bytes, std::string_view text) {
  const MemoryFile file(bytes);
  const auto model = IntentModel::load(file.path(), letters());
  if (!model) return;
  IntentScratch scratch;
  const Classification said = (*model)->classify(text, "", (*model)->suggested_zones(), scratch);
  WK_ASSERT(said.ranked_count <= intent_limits::kRankedMax && said.candidates <= said.ranked_count);
  for (const RankedIntent& one : said.intents()) WK_ASSERT(one.intent < (*model)->labels().size());
  WK_ASSERT(said.confidence >= 0 && said.confidence <= 1);
}

const std::string& intents() {
  static const std::string kFile = [] {
    std::vector<TrainingExample> examples;
    for (const char* text : {"where is my order", "track my parcel", "is it sent", "我的订单到哪了"}) examples.push_back({"order", text, ""});
    for (const char* text : {"money back", "refund please", "return and refund", "怎么退款"}) examples.push_back({"refund", text, ""});
    auto trained = train(examples, letters(), {}, {});
    WK_ASSERT(trained);
    char name[] = "/tmp/model_files_fuzz.XXXXXX";
    const std::filesystem::path folder = ::mkdtemp(name);
    WK_ASSERT(trained->model->save(folder / "model"));
    std::string bytes;
    {
      const auto size = static_cast<std::size_t>(std::filesystem::file_size(folder / "model"));
      bytes.resize(size);
      std::FILE* opened = std::fopen((folder / "model").c_str(), "rb");
      WK_ASSERT(opened != nullptr && std::fread(bytes.data(), 1, size, opened) == size);
      std::fclose(opened);
    }
    std::filesystem::remove_all(folder);
    return bytes;
  }();
  return kFile;
}

KnowledgeEntry entry(std::uint64_t id, EntryKind kind, std::string title, std::string body) {
  KnowledgeEntry made;
  made.id = KnowledgeEntryId(id);
  made.kind = kind;
  made.title = std::move(title);
  made.body = std::move(body);
  made.revision = 1;
  return made;
}

std::vector<KnowledgeEntry> entries() {
  std::vector<KnowledgeEntry> all{entry(1, EntryKind::kFaq, "How do I return it?", "Within 30 days."), entry(2, EntryKind::kFaq, "怎么退货", "七天内"),
                                  entry(3, EntryKind::kArticle, "Shipping", "# Abroad\n\nThree days to Norway.\n\n# Here\n\nOne day.\n")};
  all[0].phrasings = {"send it back", "return an order"};
  return all;
}

void try_index(const std::string& bytes, std::string_view text) {
  const MemoryFile file(bytes);
  const auto index = KnowledgeIndex::open(file.path(), {}, letters().get());
  if (!index) return;
  for (const std::string_view asked : {text, std::string_view("how do I return an order to Norway"), std::string_view("退货")}) {
    const KnowledgeAnswer answer = (*index)->search({.text = asked, .hits_max = 10});
    WK_ASSERT(answer.hits.size() <= 20);
    for (const KnowledgeHit& hit : answer.hits) {
      WK_ASSERT(hit.score >= 0 && hit.score <= 1);
      for (const float signal : hit.signals) WK_ASSERT(std::isfinite(signal));
      WK_ASSERT(hit.signal(GateSignal::kLead) >= 0 && hit.signal(GateSignal::kLead) <= 0.701F);
    }
    (void)(*index)->snapshot()->knows(asked);
  }
  (void)(*index)->versions();
  // It goes on with what it has: replaced, removed, merged.
  const std::vector<KnowledgeEntry> more{entry(2, EntryKind::kFaq, "怎么退货和退款", "七天内"), entry(9, EntryKind::kArticle, "More", "Of everything.")};
  const std::vector<KnowledgeEntryId> gone{KnowledgeEntryId(1)};
  const auto applied = (*index)->apply(more, gone);
  WK_ASSERT(applied || applied.error().code == ErrorCode::kTooLarge || applied.error().code == ErrorCode::kInvalidArgument);
  (void)(*index)->search({.text = "return"});
}

const std::string& knowledge() {
  static const std::string kFile = [] {
    KnowledgeIndex index({}, letters().get());
    const auto all = entries();
    WK_ASSERT(index.apply(std::span(all).first(2)) && index.apply(std::span(all).last(1)));
    const std::vector<KnowledgeEntryId> gone{KnowledgeEntryId(2)};
    WK_ASSERT(index.apply({}, gone));
    char name[] = "/tmp/model_files_fuzz.XXXXXX";
    const std::filesystem::path folder = ::mkdtemp(name);
    WK_ASSERT(index.save(folder / "index"));
    std::string bytes(static_cast<std::size_t>(std::filesystem::file_size(folder / "index")), '\0');
    std::FILE* opened = std::fopen((folder / "index").c_str(), "rb");
    WK_ASSERT(opened != nullptr && std::fread(bytes.data(), 1, bytes.size(), opened) == bytes.size());
    std::fclose(opened);
    std::filesystem::remove_all(folder);
    return bytes;
  }();
  return kFile;
}

// The header's checksum and each array's, as far as their lengths make sense.
std::string with_index_checksums(std::string bytes) {
  constexpr std::size_t kHeader = 40;
  if (bytes.size() < kHeader) return bytes;
  put_u32(bytes, kHeader - 4, crc32c(std::string_view(bytes).substr(0, kHeader - 4)));
  for (std::size_t at = kHeader; at + 16 <= bytes.size();) {
    std::uint64_t length = 0;
    std::memcpy(&length, bytes.data() + at, 8);
    if (length > bytes.size() - at - 16) break;
    put_u32(bytes, at + 8, crc32c(std::string_view(bytes).substr(at + 16, length)));
    at += 16 + length;
  }
  return bytes;
}

void try_weights(const std::string& bytes, std::string_view text) {
  const MemoryFile file(bytes);
  const auto model = open_sentence_model(file.path());
  if (!model) return;
  std::vector<float> vector((*model)->dimensions());
  for (const std::string_view asked : {text, std::string_view("return it")}) {
    if (!(*model)->encode(asked, vector)) continue;
    for (const float value : vector) WK_ASSERT(std::abs(value) <= 1.001F);
  }
}

// A model of the right shape with a vocabulary of a few pieces; it means nothing.
const std::string& weights() {
  static const std::string kFile = [] {
    BlobWriter out;
    out.raw("wksent01\0\0\0\0\0\0\0\0", 16);
    const std::vector<std::string> pieces{"<unk>", "<s>", "</s>", "<a>", "<b>", "<c>", "\xE2\x96\x81return", "\xE2\x96\x81it", "it", "re", "t", "\xE2\x96\x81"};
    out.u32(static_cast<std::uint32_t>(pieces.size()));
    float score = 0;
    for (const std::string& piece : pieces) {
      const auto size = static_cast<char>(piece.size());
      out.raw(&size, 1);
      out.raw(piece.data(), piece.size());
      out.f32(score -= 1);
    }
    const auto floats = [&](std::size_t count, float value) {
      const std::vector<float> all(count, value);
      out.raw(all.data(), count * sizeof(float));
    };
    const auto matrix = [&](std::uint32_t inputs, std::uint32_t outputs) {
      out.u32(inputs);
      out.u32(outputs);
      floats(outputs, 0.001F);
      floats(outputs, 0.1F);
      std::string all(std::size_t{inputs} * outputs, '\0');
      for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<char>(i * 7 % 11);
      out.raw(all.data(), all.size());
    };
    const auto norm = [&](std::uint32_t width) {
      out.u32(width);
      floats(width, 1);
      floats(width, 0);
    };
    out.u32(static_cast<std::uint32_t>(pieces.size()));
    out.u32(256);
    floats(pieces.size(), 0.01F);
    out.raw(std::string(pieces.size() * 256, '\x05').data(), pieces.size() * 256);
    out.u32(128);
    floats(128, 0.5F);
    for (int layer = 0; layer < 2; ++layer) {
      const std::uint32_t width = layer == 0 ? 256 : 512;
      norm(width);
      norm(512);
      if (layer == 0) matrix(256, 512);
      matrix(width, 3 * width);
      matrix(width, 512);
      matrix(512, 1536);
      matrix(1536, 512);
    }
    matrix(512, 512);
    const std::string bytes = with_head(out.bytes(), "wksent01", false);
    WK_ASSERT(open_sentence_model(MemoryFile(bytes).path()));
    return bytes;
  }();
  return kFile;
}

constexpr std::uint32_t kSlots = 8;
constexpr std::size_t kCacheHeader = 24;
constexpr std::size_t kRecord = 32 + 8;

void try_vectors(const std::string& bytes, std::string_view text) {
  const MemoryFile file(bytes);
  const auto cache = CachedEncoder::open(file.path(), letters(), kSlots);
  WK_ASSERT(cache);  // what it cannot use it begins anew
  WK_ASSERT((*cache)->figures().vectors <= kSlots);
  std::vector<float> vector(letters()->dimensions());
  for (int i = 0; i < 12; ++i) {
    const std::string asked = std::string(text.substr(0, 20)) + static_cast<char>('a' + i);
    WK_ASSERT((*cache)->encode(asked, vector));
    for (const float value : vector) WK_ASSERT(std::isfinite(value));
  }
  WK_ASSERT((*cache)->figures().vectors <= kSlots && file.bytes().size() <= kCacheHeader + kSlots * kRecord + bytes.size());
}

const std::string& vectors() {
  static const std::string kFile = [] {
    const MemoryFile file("");
    {
      const auto cache = CachedEncoder::open(file.path(), letters(), kSlots);
      WK_ASSERT(cache);
      std::vector<float> vector(letters()->dimensions());
      for (const char* text : {"a", "b", "return it", "xa"}) WK_ASSERT((*cache)->encode(text, vector));
    }
    return file.bytes();
  }();
  return kFile;
}

std::string with_vector_checksums(std::string bytes) {
  if (bytes.size() >= kCacheHeader) put_u32(bytes, kCacheHeader - 4, crc32c(std::string_view(bytes).substr(0, kCacheHeader - 4)));
  for (std::size_t at = kCacheHeader; at + kRecord <= bytes.size(); at += kRecord) put_u32(bytes, at, crc32c(std::string_view(bytes).substr(at + 4, kRecord - 4)));
  return bytes;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const std::uint8_t what = input.byte() % 12;
  const std::string text(input.line().substr(0, 60));
  constexpr std::size_t kAll = ~std::size_t{0};
  // Three of each: any bytes; any behind a right head; ours with damage.
  switch (what) {
    case 0: try_intents(std::string(input.rest()), text); break;
    case 1: try_intents(with_head(std::string(20, '\0') + std::string(input.rest()), "wkintent", true), text); break;
    case 2: try_intents(with_head(damaged(intents(), input, kAll), "wkintent", true), text); break;
    case 3: try_index(std::string(input.rest()), text); break;
    case 4: try_index(with_index_checksums(knowledge().substr(0, 40) + std::string(input.rest())), text); break;
    case 5: try_index(with_index_checksums(damaged(knowledge(), input, kAll)), text); break;
    case 6: try_weights(std::string(input.rest()), text); break;
    case 7: try_weights(with_head(std::string(16, '\0') + std::string(input.rest()), "wksent01", false), text); break;
    // What lies far behind is numbers of matrices; what is of interest is in front.
    case 8: try_weights(with_head(damaged(weights(), input, 5'000), "wksent01", false), text); break;
    case 9: try_vectors(std::string(input.rest()), text); break;
    case 10: try_vectors(with_vector_checksums(vectors().substr(0, kCacheHeader) + std::string(input.rest())), text); break;
    default: try_vectors(with_vector_checksums(damaged(vectors(), input, kAll)), text); break;
  }
  return 0;
}
