#include "ai_agent/agent/crawl_articles.hpp"

#include <gtest/gtest.h>

#include "ai_agent/agent/limits.hpp"
#include "storage/embedded/knowledge/sqlite_knowledge.hpp"
#include "tests/contract/temporary_directory.hpp"

namespace wk::ai {
namespace {

// Every page is one article in a store that has room for three.
class CrawlArticlesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto opened = SqliteKnowledge::open(directory_.path() / "knowledge.db", 3);
    ASSERT_TRUE(opened) << opened.error().context;
    store_ = std::move(*opened);
  }
  CrawlArticles begin() {
    v1::KnowledgeCrawl crawl;
    crawl.set_id(7);
    crawl.set_site_id(1);
    CrawlArticles articles(*store_, SystemClock::instance(), crawl, [](const v1::KnowledgeCrawl&) {});
    EXPECT_TRUE(articles.load(*store_));
    return articles;
  }
  static CrawledPage page(std::string url, std::string title, std::string markdown) { return {std::move(url), {.title = std::move(title), .markdown = std::move(markdown), .pages = {}}}; }
  std::vector<v1::KnowledgeEntry> stored() {
    std::vector<v1::KnowledgeEntry> entries;
    EXPECT_TRUE(store_->each_of_crawl(KnowledgeCrawlId(7), [&](v1::KnowledgeEntry&& one) { entries.push_back(std::move(one)); }));
    return entries;
  }

  wk::testing::TemporaryDirectory directory_;
  std::unique_ptr<SqliteKnowledge> store_;
};

TEST_F(CrawlArticlesTest, APageIsCalledAsItCallsItselfElseByItsHeadingElseByItsAddress) {
  CrawlArticles articles = begin();
  ASSERT_TRUE(articles.on_page(page("https://a.example/1", " Ti\ntle ", "# Heading\n")));
  ASSERT_TRUE(articles.on_page(page("https://a.example/2", "", "text\n\n# Heading\n")));
  ASSERT_TRUE(articles.on_page(page("https://a.example/3", "", "text\n")));
  const auto entries = stored();
  ASSERT_EQ(entries.size(), 3U);
  EXPECT_EQ(entries[0].title(), "Ti tle ");
  EXPECT_EQ(entries[1].title(), "Heading");
  EXPECT_EQ(entries[2].title(), "https://a.example/3");
  EXPECT_EQ(entries[2].url(), "https://a.example/3");
  EXPECT_EQ(entries[2].site_id(), 1U);
  EXPECT_EQ(entries[2].kind(), v1::KNOWLEDGE_KIND_ARTICLE);
}

TEST_F(CrawlArticlesTest, AFullKnowledgeIsToldAndKeepsWhatItHas) {
  CrawlArticles articles = begin();
  for (const char* url : {"https://a.example/1", "https://a.example/2", "https://a.example/3"}) ASSERT_TRUE(articles.on_page(page(url, url, "text\n")));
  const auto refused = articles.on_page(page("https://a.example/4", "four", "text\n"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().client_code(), "knowledge_full");
  EXPECT_EQ(stored().size(), 3U);
  // What is there can still change.
  CrawlArticles again = begin();
  EXPECT_TRUE(again.on_page(page("https://a.example/2", "two", "text\n")));
  EXPECT_EQ(again.crawl().changed(), 1U);
}

TEST_F(CrawlArticlesTest, HalfAPageIsNotKept) {
  CrawlArticles articles = begin();
  std::string text;
  while (text.size() <= 3 * agent_limits::kDocumentPartBytesMax) text += "One of many lines.\n";
  EXPECT_FALSE(articles.on_page(page("https://a.example/long", "long", text)));
  EXPECT_TRUE(stored().empty());
}

TEST_F(CrawlArticlesTest, OnlyWhatIsGoneForSureIsTakenAway) {
  CrawlArticles first = begin();
  for (const char* url : {"https://a.example/1", "https://a.example/2", "https://a.example/3"}) ASSERT_TRUE(first.on_page(page(url, url, "text\n")));
  CrawlArticles second = begin();
  second.on_skipped("https://a.example/1", "gone", true);
  second.on_skipped("https://a.example/2", "timeout", false);
  second.on_skipped("https://a.example/9", "gone", true);
  EXPECT_EQ(stored().size(), 3U) << "only once the reading has ended well";
  ASSERT_TRUE(second.remove_gone());
  EXPECT_EQ(stored().size(), 2U);
  EXPECT_EQ(second.crawl().removed(), 1U);
  EXPECT_EQ(second.crawl().skipped_count(), 3U);
}

TEST_F(CrawlArticlesTest, WhatPeopleWroteStaysUntilTheyGiveItBack) {
  const std::string url = "https://a.example/1";
  ASSERT_TRUE(begin().on_page(page(url, "one", "as the page has it\n")));
  v1::KnowledgeEntry edited = stored()[0];
  edited.set_body("as people have it\n");
  edited.set_edited(true);
  ASSERT_TRUE(store_->put(edited));

  CrawlArticles changed = begin();
  ASSERT_TRUE(changed.on_page(page(url, "one", "the page changed\n")));
  EXPECT_EQ(stored()[0].SerializeAsString(), edited.SerializeAsString());
  ASSERT_EQ(changed.crawl().skipped_size(), 1);
  EXPECT_EQ(changed.crawl().skipped(0).reason(), "edited");
  EXPECT_EQ(changed.crawl().changed() + changed.crawl().unchanged(), 0U);

  for (const char* why : {"gone", "redirected", "noindex"}) {
    CrawlArticles gone = begin();
    gone.on_skipped(url, why, true);
    ASSERT_TRUE(gone.remove_gone());
    EXPECT_EQ(stored().size(), 1U) << why;
    ASSERT_EQ(gone.crawl().skipped_size(), 1) << "told once";
    EXPECT_EQ(gone.crawl().skipped(0).reason(), "edited_gone");
    EXPECT_EQ(gone.crawl().removed(), 0U);
  }

  CrawlArticles same = begin();
  ASSERT_TRUE(same.on_page(page(url, "one", "as people have it\n")));
  EXPECT_EQ(same.crawl().unchanged(), 1U) << "the page says the same by now";
  EXPECT_EQ(same.crawl().skipped_size(), 0);

  // Also as something else than an article.
  edited.set_edited(false);
  edited.set_kind(v1::KNOWLEDGE_KIND_FAQ);
  edited.add_phrasings("and so on");
  ASSERT_TRUE(store_->put(edited));
  CrawlArticles back = begin();
  ASSERT_TRUE(back.on_page(page(url, "one", "as people have it\n")));
  EXPECT_EQ(back.crawl().changed(), 1U);
  EXPECT_EQ(stored()[0].kind(), v1::KNOWLEDGE_KIND_ARTICLE);
  EXPECT_EQ(stored()[0].phrasings_size(), 0);
  back.on_skipped(url, "gone", true);
  ASSERT_TRUE(back.remove_gone());
  EXPECT_TRUE(stored().empty());
}

TEST_F(CrawlArticlesTest, OneEditedPartKeepsTheWholePage) {
  const auto long_text = [](const char* line) {
    std::string text;
    while (text.size() <= agent_limits::kDocumentPartBytesMax + 1'000) text += line;
    return text;
  };
  const std::string url = "https://a.example/long";
  ASSERT_TRUE(begin().on_page(page(url, "long", long_text("One of many lines.\n"))));
  const auto before = stored();
  ASSERT_EQ(before.size(), 2U);
  v1::KnowledgeEntry edited = before[1];
  edited.set_edited(true);
  ASSERT_TRUE(store_->put(edited));
  CrawlArticles again = begin();
  ASSERT_TRUE(again.on_page(page(url, "long", "short by now\n")));
  EXPECT_EQ(stored().size(), 2U);
  EXPECT_EQ(stored()[0].body(), before[0].body());
  EXPECT_EQ(again.crawl().skipped_count(), 1U);
}

TEST_F(CrawlArticlesTest, EditedWhileItIsReadItStays) {
  const std::string url = "https://a.example/1";
  ASSERT_TRUE(begin().on_page(page(url, "one", "text\n")));
  CrawlArticles reading = begin();
  reading.on_skipped(url, "gone", true);
  v1::KnowledgeEntry edited = stored()[0];
  edited.set_edited(true);
  ASSERT_TRUE(store_->put(edited));
  ASSERT_TRUE(reading.remove_gone());
  EXPECT_EQ(stored().size(), 1U);
}

TEST_F(CrawlArticlesTest, TellsTheFirstOfWhatWasSkipped) {
  CrawlArticles articles = begin();
  for (std::size_t i = 0; i < agent_limits::kCrawlSkippedKept + 5; ++i) articles.on_skipped("https://a.example/" + std::to_string(i), "gone", true);
  articles.on_skipped("https://a.example/moved", "redirected", true);
  EXPECT_EQ(articles.crawl().skipped_size(), static_cast<int>(agent_limits::kCrawlSkippedKept));
  EXPECT_EQ(articles.crawl().skipped_count(), agent_limits::kCrawlSkippedKept + 5);
}

}  // namespace
}  // namespace wk::ai
