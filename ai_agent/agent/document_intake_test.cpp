#include "ai_agent/agent/document_intake.hpp"

#include <gtest/gtest.h>

#include "ai_agent/agent/limits.hpp"
#include "ai_agent/agent/test_knowledge.hpp"

namespace wk::ai {
namespace {

class DocumentIntakeTest : public ::testing::Test {
 protected:
  Result<v1::KnowledgeEntryList> take(std::string name, std::string_view bytes, SiteId site = SiteId(1)) {
    WK_TRY(DocumentIntake::Taken taken, intake_.take({site, std::move(name), bytes}));
    known_ = taken.known;
    return std::move(taken.entries);
  }
  std::size_t count() {
    std::size_t entries = 0;
    EXPECT_TRUE(knowledge_.base().each([&](v1::KnowledgeEntry&&) { ++entries; }));
    return entries;
  }

  TestKnowledge knowledge_;
  KnowledgeIntake intake_{knowledge_.base(), SystemClock::instance()};
  bool known_ = false;
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

TEST_F(DocumentIntakeTest, TheSameFileAgainIsTheArticleThatIsThere) {
  const auto first = take("returns.md", "# Returns\n\nWithin 30 days.\n");
  ASSERT_TRUE(first);
  EXPECT_FALSE(known_);
  const auto again = take("returns.md", "# Returns\n\nWithin 30 days.\n");
  ASSERT_TRUE(again);
  EXPECT_TRUE(known_);
  EXPECT_EQ(again->entries(0).id(), first->entries(0).id());
  EXPECT_TRUE(again->entries(0).body().empty());
  EXPECT_EQ(count(), 1U);
  // Another text, another name, another site: another article.
  for (const auto& [name, text, site] : {std::tuple("returns.md", "# Returns\n\nWithin 60 days.\n", 1U), std::tuple("refunds.md", "# Returns\n\nWithin 30 days.\n", 1U), std::tuple("returns.md", "# Returns\n\nWithin 30 days.\n", 2U),
                                         std::tuple("returns.md", "# Returns\n\nWithin 30 days.\n", 0U)}) {
    ASSERT_TRUE(take(name, text, SiteId(site)));
    EXPECT_FALSE(known_) << name << site;
  }
  EXPECT_EQ(count(), 5U);
  // Changed by somebody since, the file is what it was.
  v1::KnowledgeEntry edited = knowledge_.base().entry(KnowledgeEntryId(first->entries(0).id())).value();
  edited.set_body("Within 30 days, unused.");
  knowledge_.put(edited);
  ASSERT_TRUE(take("returns.md", "# Returns\n\nWithin 30 days.\n"));
  EXPECT_FALSE(known_);
}

TEST_F(DocumentIntakeTest, ALongOneIsTheSameWhereAllOfItIsThere) {
  std::string text = "# Handbook\n\n";
  while (text.size() <= agent_limits::kDocumentPartBytesMax) text += "A line of the handbook.\n";
  const auto first = take("handbook.md", text);
  ASSERT_TRUE(first && first->entries_size() == 2);
  const auto again = take("handbook.md", text);
  ASSERT_TRUE(again && again->entries_size() == 2);
  EXPECT_TRUE(known_);
  EXPECT_EQ(again->entries(1).id(), first->entries(1).id());
  ASSERT_TRUE(knowledge_.base().erase(KnowledgeEntryId(first->entries(0).id())));
  ASSERT_TRUE(take("handbook.md", text));
  EXPECT_FALSE(known_) << "half a document is worse than none";
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
  Result<std::vector<v1::KnowledgeEntry>> articles_titled(SiteId site, const std::string& title) override { return store_.articles_titled(site, title); }
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
