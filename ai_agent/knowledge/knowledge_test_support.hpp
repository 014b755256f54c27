// What the tests of the index share: entries, an encoder that can be understood, a directory that
// goes away.
#pragma once

#include <cmath>
#include <filesystem>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ai_agent/knowledge/knowledge_index.hpp"
#include "base/random.hpp"

namespace wk::ai::test {

inline KnowledgeEntry article(std::uint64_t id, std::string title, std::string body,
                              std::uint64_t revision = 1) {
  KnowledgeEntry entry;
  entry.id = KnowledgeEntryId(id);
  entry.title = std::move(title);
  entry.body = std::move(body);
  entry.revision = revision;
  return entry;
}

inline KnowledgeEntry faq(std::uint64_t id, std::vector<std::string> phrasings,
                          std::uint64_t revision = 1) {
  KnowledgeEntry entry;
  entry.id = KnowledgeEntryId(id);
  entry.kind = EntryKind::kFaq;
  entry.title = phrasings.front();
  entry.phrasings.assign(phrasings.begin() + 1, phrasings.end());
  entry.body = "The answer.";
  entry.revision = revision;
  return entry;
}

// A sentence's direction is made of its letters. Chinese is not for it.
class LetterEncoder final : public SentenceEncoder {
 public:
  std::string_view name() const override { return name_; }
  std::size_t dimensions() const override { return 26; }
  bool encode(std::string_view text, std::span<float> out) const override {
    std::fill(out.begin(), out.end(), 0.0F);
    float length = 0;
    for (const char c : text) {
      if (c >= 'a' && c <= 'z') out[static_cast<std::size_t>(c - 'a')] += 1;
    }
    for (const float value : out) length += value * value;
    if (length == 0) return false;
    for (float& value : out) value /= std::sqrt(length);
    return true;
  }
  std::string name_ = "letters";
};

// Texts of a small vocabulary, so that everything is found often.
class RandomEntries {
 public:
  explicit RandomEntries(unsigned seed) : random_(seed) {}

  KnowledgeEntry next(std::uint64_t id, std::uint64_t revision) {
    if (random_() % 3 != 0) {
      std::string body;
      for (std::size_t i = 1 + random_() % 4; i > 0; --i)
        body += "## " + words(2) + "\n" + words(5 + random_() % 60) + "\n\n";
      return article(id, words(2), body, revision);
    }
    std::vector<std::string> phrasings;
    for (std::size_t i = 1 + random_() % 4; i > 0; --i)
      phrasings.push_back(words(2 + random_() % 6));
    return faq(id, std::move(phrasings), revision);
  }
  std::string words(std::size_t count) {
    static constexpr std::string_view kWords[] = {
        "refund ", "order ", "card ", "late ", "parcel ", "paid ", "退货", "运费", "发票",
        "客服",    "订单",   "支付",  "地址 ", "账户。",  "15 ",   "how ", "什么"};
    std::string text;
    // The first words are the more frequent ones.
    for (; count > 0; --count) text += kWords[std::min(random_(), random_()) % std::size(kWords)];
    return text;
  }
  std::mt19937& random() { return random_; }

 private:
  std::mt19937 random_;
};

inline void expect_same(const KnowledgeAnswer& a, const KnowledgeAnswer& b) {
  ASSERT_EQ(a.hits.size(), b.hits.size());
  for (std::size_t i = 0; i < a.hits.size(); ++i) {
    EXPECT_EQ(a.hits[i].entry, b.hits[i].entry);
    EXPECT_EQ(a.hits[i].revision, b.hits[i].revision);
    EXPECT_EQ(a.hits[i].passage, b.hits[i].passage);
    EXPECT_EQ(a.hits[i].begin, b.hits[i].begin);
    EXPECT_EQ(a.hits[i].heading, b.hits[i].heading);
    EXPECT_EQ(a.hits[i].score, b.hits[i].score);
    EXPECT_EQ(a.hits[i].signals, b.hits[i].signals);
    EXPECT_EQ(a.hits[i].near, b.hits[i].near);
  }
}

class Directory {
 public:
  Directory()
      : path_(std::filesystem::temp_directory_path() /
              ("wk-knowledge-" + std::to_string(random_u64()))) {
    std::filesystem::create_directories(path_);
  }
  ~Directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::filesystem::path file(std::string_view name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

}  // namespace wk::ai::test
