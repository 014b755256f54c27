#include <gmock/gmock.h>

#include <fstream>

#include "ai_agent/knowledge/knowledge_index.hpp"
#include "ai_agent/knowledge/knowledge_test_support.hpp"

namespace wk::ai {
namespace {

using test::Directory;

std::string read(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write(const std::filesystem::path& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

// Several segments, some entries removed.
std::unique_ptr<KnowledgeIndex> sample(const SentenceEncoder* encoder) {
  auto index = std::make_unique<KnowledgeIndex>(KnowledgeSettings{}, encoder);
  test::RandomEntries make(11);
  std::vector<KnowledgeEntry> entries;
  for (std::uint64_t id = 1; id <= 60; ++id) entries.push_back(make.next(id, 1));
  EXPECT_TRUE(index->apply(entries));
  for (std::uint64_t id = 40; id <= 44; ++id)
    EXPECT_TRUE(index->apply(std::vector{make.next(id, 2)}));
  EXPECT_TRUE(index->apply({}, std::vector{KnowledgeEntryId(3)}));
  return index;
}

ErrorCode open_error(const std::filesystem::path& path, const KnowledgeSettings& settings = {},
                     const SentenceEncoder* encoder = nullptr) {
  const auto opened = KnowledgeIndex::open(path, settings, encoder);
  return opened ? ErrorCode::kInternal : opened.error().code;
}

TEST(IndexFile, OpensAsItWasSaved) {
  const Directory directory;
  const test::LetterEncoder letters;
  for (const SentenceEncoder* encoder : {static_cast<const SentenceEncoder*>(nullptr),
                                         static_cast<const SentenceEncoder*>(&letters)}) {
    const auto index = sample(encoder);
    ASSERT_TRUE(index->save(directory.file("index")));
    const auto opened = KnowledgeIndex::open(directory.file("index"), {}, encoder);
    ASSERT_TRUE(opened) << opened.error().context;
    EXPECT_EQ((*opened)->versions().size(), 59U);
    EXPECT_EQ((*opened)->revision_of(KnowledgeEntryId(3)), std::nullopt);
    EXPECT_EQ((*opened)->revision_of(KnowledgeEntryId(41)), 2U);
    test::RandomEntries make(12);
    for (int i = 0; i < 50; ++i) {
      const std::string question = make.words(4);
      test::expect_same(index->search({.text = question}), (*opened)->search({.text = question}));
    }
    // And goes on: both are given the same change.
    const KnowledgeEntry entry = make.next(7, 3);
    ASSERT_TRUE(index->apply(std::vector{entry}));
    ASSERT_TRUE((*opened)->apply(std::vector{entry}));
    test::expect_same(index->search({.text = "refund 订单"}),
                      (*opened)->search({.text = "refund 订单"}));
  }
}

TEST(IndexFile, LeavesNothingBesideIt) {
  const Directory directory;
  ASSERT_TRUE(sample(nullptr)->save(directory.file("index")));
  ASSERT_TRUE(sample(nullptr)->save(directory.file("index")));
  EXPECT_FALSE(std::filesystem::exists(directory.file("index.new")));
  EXPECT_FALSE(sample(nullptr)->save(directory.file("missing") / "index"));
}

TEST(IndexFile, RefusesAnotherVersionSizeOrEncoder) {
  const Directory directory;
  const auto path = directory.file("index");
  ASSERT_TRUE(sample(nullptr)->save(path));
  EXPECT_EQ(open_error(directory.file("none")), ErrorCode::kNotFound);
  EXPECT_EQ(open_error(path, KnowledgeSettings{.passage_bytes_max = 800}), ErrorCode::kConflict);
  test::LetterEncoder letters;
  EXPECT_EQ(open_error(path, {}, &letters), ErrorCode::kConflict);
  ASSERT_TRUE(sample(&letters)->save(path));
  EXPECT_EQ(open_error(path), ErrorCode::kConflict);
  letters.name_ = "letters, trained again";
  EXPECT_EQ(open_error(path, {}, &letters), ErrorCode::kConflict);
  std::string bytes = read(path);
  ++bytes[4];
  write(path, bytes);
  EXPECT_EQ(open_error(path), ErrorCode::kConflict);
}

TEST(IndexFile, RefusesADamagedOne) {
  const Directory directory;
  const auto path = directory.file("index");
  ASSERT_TRUE(sample(nullptr)->save(path));
  const std::string whole = read(path);
  // Each byte of the first two kilobytes, and every hundredth behind them; the version is another
  // matter.
  for (std::size_t at = 0; at < whole.size(); at += at < 2048 ? 1 : 101) {
    if (at >= 4 && at < 8) continue;
    std::string bytes = whole;
    bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
    write(path, bytes);
    const ErrorCode code = open_error(path);
    // The unused word of an array's header is not read.
    if (code == ErrorCode::kInternal) {
      EXPECT_EQ(bytes[at], 0x10) << at;
    } else {
      EXPECT_EQ(code, ErrorCode::kCorrupt) << at;
    }
  }
  for (std::size_t bytes = 0; bytes < whole.size(); bytes += 97) {
    write(path, std::string_view(whole).substr(0, bytes));
    EXPECT_EQ(open_error(path), ErrorCode::kCorrupt) << bytes;
  }
  write(path, whole + "x");
  EXPECT_EQ(open_error(path), ErrorCode::kCorrupt);
}

}  // namespace
}  // namespace wk::ai
