#include "ai_agent/agent/document_intake.hpp"

#include <gtest/gtest.h>

#include "ai_agent/agent/limits.hpp"
#include "ai_agent/agent/test_knowledge.hpp"

namespace wk::ai {
namespace {

class DocumentIntakeTest : public ::testing::Test {
 protected:
  Result<v1::KnowledgeEntryList> take(std::string name, std::string_view bytes) { return intake_.take({SiteId(1), std::move(name), bytes}); }
  std::size_t count() {
    std::size_t entries = 0;
    EXPECT_TRUE(knowledge_.base().each([&](v1::KnowledgeEntry&&) { ++entries; }));
    return entries;
  }

  TestKnowledge knowledge_;
  KnowledgeIntake intake_{knowledge_.base(), SystemClock::instance()};
};

TEST_F(DocumentIntakeTest, AFileIsAnArticleThatIsFoundAtOnce) {
  const auto stored = take("Rücksendung.html", "<h1>Returns</h1><p>Within 30 days of delivery.</p><h2>Refunds</h2><p>The money is back in two working days.</p>");
  ASSERT_TRUE(stored) << stored.error().context;
  ASSERT_EQ(stored->entries_size(), 1);
  EXPECT_EQ(stored->entries(0).title(), "Rücksendung");
  EXPECT_TRUE(stored->entries(0).body().empty());
  const auto entry = knowledge_.base().entry(KnowledgeEntryId(stored->entries(0).id()));
  EXPECT_NE(entry->body().find("## Refunds"), std::string::npos) << entry->body();
  const auto found = knowledge_.base().search(SiteId(1), "when is my money back", 3, 0);
  ASSERT_TRUE(found && !found->empty());
  EXPECT_EQ(found->front().entry.id(), stored->entries(0).id());
  EXPECT_NE(found->front().heading.find("Refunds"), std::string::npos);
}

TEST_F(DocumentIntakeTest, ALongOneIsSeveralThatSayWhichTheyAre) {
  const std::string line = "A line of the handbook that says something about our returns.\n";
  std::string text = "# Handbook\n\n";
  while (text.size() + line.size() <= agent_limits::kDocumentPartBytesMax) text += line;
  EXPECT_EQ(take("just fits.md", text)->entries_size(), 1);
  while (text.size() <= 2 * agent_limits::kDocumentPartBytesMax) text += line;
  const auto stored = take("handbook.md", text);
  ASSERT_TRUE(stored);
  ASSERT_EQ(stored->entries_size(), 3);
  EXPECT_EQ(stored->entries(1).title(), "handbook (2/3)");
  const auto second = knowledge_.base().entry(KnowledgeEntryId(stored->entries(1).id()));
  EXPECT_TRUE(second->body().starts_with("# Handbook\n")) << second->body().substr(0, 40);
}

TEST_F(DocumentIntakeTest, WhatCannotBeReadIsRefusedAndLeavesNothing) {
  const auto code = [&](std::string name, std::string_view bytes) {
    const auto stored = take(std::move(name), bytes);
    return stored ? std::string("taken") : std::string(stored.error().client_code());
  };
  EXPECT_EQ(code("photo.png", "\x89PNG\r\n"), "document_unknown_format");
  EXPECT_EQ(code("empty.txt", " \n"), "document_without_text");
  EXPECT_EQ(code("broken.pdf", "%PDF-1.7\nnot one"), "document_damaged");
  EXPECT_EQ(code("broken.docx", "PK\x03\x04not one"), "document_damaged");
  EXPECT_EQ(count(), 0U);
}

// Fails from the third entry on.
class FullStore final : public KnowledgeStore {
 public:
  explicit FullStore(KnowledgeStore& store) : store_(store) {}
  Result<void> put(const v1::KnowledgeEntry& entry) override {
    if (++puts_ > 2) return fail(Error{ErrorCode::kTooLarge, "knowledge: full", "knowledge_full", 0});
    return store_.put(entry);
  }
  Result<v1::KnowledgeEntry> entry(KnowledgeEntryId id) override { return store_.entry(id); }
  Result<void> erase(KnowledgeEntryId id) override { return store_.erase(id); }
  Result<v1::KnowledgeEntryList> list(const KnowledgeFilter& filter, const Page& page) override { return store_.list(filter, page); }
  Result<void> each(const std::function<void(v1::KnowledgeEntry&&)>& take) override { return store_.each(take); }

 private:
  KnowledgeStore& store_;
  int puts_ = 0;
};

TEST_F(DocumentIntakeTest, WhereItCannotAllBeStoredNothingStays) {
  FullStore full(knowledge_.base());
  KnowledgeIntake intake(full, SystemClock::instance());
  std::string text;
  while (text.size() <= 2 * agent_limits::kDocumentPartBytesMax) text += "One of many lines.\n";
  const auto stored = intake.take({SiteId(1), "long.txt", text});
  ASSERT_FALSE(stored);
  EXPECT_EQ(stored.error().client_code(), "knowledge_full");
  EXPECT_EQ(count(), 0U);
}

}  // namespace
}  // namespace wk::ai
