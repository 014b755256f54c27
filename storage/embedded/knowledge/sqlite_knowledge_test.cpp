#include "storage/embedded/knowledge/sqlite_knowledge.hpp"

#include <gtest/gtest.h>

#include <set>

#include "tests/contract/temporary_directory.hpp"

namespace wk {
namespace {

class KnowledgeTest : public ::testing::Test {
 protected:
  void SetUp() override { open(); }
  void open(std::size_t entries_max = limits::kKnowledgeEntriesMax) {
    store_.reset();
    auto opened = SqliteKnowledge::open(directory_.path() / "knowledge.db", entries_max);
    ASSERT_TRUE(opened) << opened.error().context;
    store_ = std::move(*opened);
  }
  static v1::KnowledgeEntry faq(std::uint64_t id, std::uint64_t site, const std::string& title) {
    v1::KnowledgeEntry entry;
    entry.set_id(id);
    entry.set_site_id(site);
    entry.set_kind(v1::KNOWLEDGE_KIND_FAQ);
    entry.set_title(title);
    entry.set_body("answer to " + title);
    return entry;
  }
  std::vector<std::uint64_t> ids(const KnowledgeFilter& filter, std::size_t limit = 50) {
    std::vector<std::uint64_t> all;
    Page page{.cursor = {}, .limit = limit};
    do {
      const auto list = store_->list(filter, page);
      if (!list) ADD_FAILURE() << list.error().context;
      for (const auto& entry : list->entries()) all.push_back(entry.id());
      page.cursor = list->next_cursor();
    } while (!page.cursor.empty());
    return all;
  }

  testing::TemporaryDirectory directory_;
  std::unique_ptr<SqliteKnowledge> store_;
};

TEST_F(KnowledgeTest, KeepsWhatWasPutAcrossARestart) {
  ASSERT_TRUE(store_->put(faq(5, 0, "退货政策")));
  ASSERT_TRUE(store_->put(faq(5, 0, "退货政策是什么")));
  open();
  const auto entry = store_->entry(KnowledgeEntryId(5));
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->title(), "退货政策是什么");
  EXPECT_EQ(store_->entry(KnowledgeEntryId(6)).error().code, ErrorCode::kNotFound);
  ASSERT_TRUE(store_->erase(KnowledgeEntryId(5)));
  EXPECT_EQ(store_->erase(KnowledgeEntryId(5)).error().code, ErrorCode::kNotFound);
}

TEST_F(KnowledgeTest, ListsByPageNewestFirstAndBySiteWithWhatIsOfAll) {
  for (std::uint64_t id = 1; id <= 9; ++id) ASSERT_TRUE(store_->put(faq(id, id % 3, "question " + std::to_string(id))));
  EXPECT_EQ(ids({}, 2), (std::vector<std::uint64_t>{9, 8, 7, 6, 5, 4, 3, 2, 1}));
  EXPECT_EQ(ids({.site = SiteId(1)}, 4), (std::vector<std::uint64_t>{9, 7, 6, 4, 3, 1}));
  EXPECT_EQ(store_->list({}, {.cursor = "x", .limit = 3}).error().code, ErrorCode::kInvalidArgument);
}

TEST_F(KnowledgeTest, ListsOneKindAlsoByPageSiteAndText) {
  for (std::uint64_t id = 1; id <= 9; ++id) {
    v1::KnowledgeEntry entry = faq(id, id % 2, "question " + std::to_string(id));
    entry.set_kind(static_cast<v1::KnowledgeKind>(1 + id % 3));
    ASSERT_TRUE(store_->put(entry));
  }
  using Ids = std::vector<std::uint64_t>;
  EXPECT_EQ(ids({.kind = v1::KNOWLEDGE_KIND_FAQ}, 2), (Ids{9, 6, 3}));
  EXPECT_EQ(ids({.kind = v1::KNOWLEDGE_KIND_ARTICLE}), (Ids{7, 4, 1}));
  EXPECT_EQ(ids({.site = SiteId(5), .kind = v1::KNOWLEDGE_KIND_FLOW}), (Ids{8, 2}));
  EXPECT_EQ(ids({.text = "8", .kind = v1::KNOWLEDGE_KIND_FLOW}), (Ids{8}));
  EXPECT_TRUE(ids({.text = "8", .kind = v1::KNOWLEDGE_KIND_FAQ}).empty());
  v1::KnowledgeEntry changed = faq(8, 0, "question 8");
  ASSERT_TRUE(store_->put(changed));
  EXPECT_EQ(ids({.kind = v1::KNOWLEDGE_KIND_FLOW}), (Ids{5, 2}));
  EXPECT_EQ(ids({}).size(), 9u);
}

TEST_F(KnowledgeTest, FindsArticlesOfOneSiteByTheirWholeTitle) {
  const auto article = [](std::uint64_t id, std::uint64_t site, const std::string& title) {
    v1::KnowledgeEntry entry = faq(id, site, title);
    entry.set_kind(v1::KNOWLEDGE_KIND_ARTICLE);
    return entry;
  };
  for (const auto& entry : {article(1, 0, "Returns"), article(2, 1, "Returns"), article(3, 0, "returns"), article(4, 0, "Returns and more"), faq(5, 0, "Returns"), article(6, 0, "Returns")}) {
    ASSERT_TRUE(store_->put(entry));
  }
  v1::KnowledgeEntry of_page = article(7, 0, "Returns");
  of_page.set_crawl_id(9);
  ASSERT_TRUE(store_->put(of_page));
  const auto titled = [&](std::uint64_t site, const std::string& title) {
    std::vector<std::uint64_t> found;
    const auto articles = store_->articles_titled(SiteId(site), title);
    EXPECT_TRUE(articles);
    for (const v1::KnowledgeEntry& one : *articles) found.push_back(one.id());
    return found;
  };
  EXPECT_EQ(titled(0, "Returns"), (std::vector<std::uint64_t>{1, 6}));
  EXPECT_EQ(titled(1, "Returns"), std::vector<std::uint64_t>{2});
  EXPECT_TRUE(titled(0, "%").empty());
}

TEST_F(KnowledgeTest, FindsByTitleAndPhrasingAndTakesPatternsForText) {
  v1::KnowledgeEntry entry = faq(1, 0, "Returns");
  entry.add_phrasings("can I send it BACK");
  ASSERT_TRUE(store_->put(entry));
  ASSERT_TRUE(store_->put(faq(2, 0, "100% cotton")));
  EXPECT_EQ(ids({.text = "back"}), std::vector<std::uint64_t>{1});
  // Long enough not to lie within the string object itself.
  EXPECT_EQ(ids({.text = "CAN I SEND IT BACK"}), std::vector<std::uint64_t>{1});
  EXPECT_EQ(ids({.text = "0%"}), std::vector<std::uint64_t>{2});
  EXPECT_TRUE(ids({.text = "_"}).empty());
}

TEST_F(KnowledgeTest, RefusesOneTooManyAndStillChangesWhatIsThere) {
  open(2);
  ASSERT_TRUE(store_->put(faq(1, 0, "a")));
  ASSERT_TRUE(store_->put(faq(2, 0, "b")));
  const auto refused = store_->put(faq(3, 0, "c"));
  ASSERT_FALSE(refused);
  EXPECT_STREQ(refused.error().reason_code, "knowledge_full");
  ASSERT_TRUE(store_->put(faq(2, 0, "b again")));
  std::set<std::string> titles;
  ASSERT_TRUE(store_->each([&](v1::KnowledgeEntry&& one) { titles.insert(one.title()); }));
  EXPECT_EQ(titles, (std::set<std::string>{"a", "b again"}));
}

TEST_F(KnowledgeTest, KeepsCrawlsAndKnowsTheirEntries) {
  v1::KnowledgeCrawl crawl;
  crawl.set_id(7);
  crawl.set_start_url("https://shop.example/");
  ASSERT_TRUE(store_->put_crawl(crawl));
  crawl.set_pages_max(9);
  ASSERT_TRUE(store_->put_crawl(crawl));
  for (std::uint64_t id = 1; id <= 6; ++id) {
    v1::KnowledgeEntry entry = faq(id, 0, "page");
    entry.set_crawl_id(id % 3 == 0 ? 0 : 6 + id % 3);
    ASSERT_TRUE(store_->put(entry));
  }
  // From one to another.
  v1::KnowledgeEntry moved = faq(5, 0, "page");
  moved.set_crawl_id(7);
  ASSERT_TRUE(store_->put(moved));
  open();
  const auto crawls = store_->crawls();
  ASSERT_TRUE(crawls);
  ASSERT_EQ(crawls->crawls_size(), 1);
  EXPECT_EQ(crawls->crawls(0).pages_max(), 9U);
  std::vector<std::uint64_t> of_seven;
  ASSERT_TRUE(store_->each_of_crawl(KnowledgeCrawlId(7), [&](v1::KnowledgeEntry&& one) { of_seven.push_back(one.id()); }));
  EXPECT_EQ(of_seven, (std::vector<std::uint64_t>{1, 4, 5}));
  ASSERT_TRUE(store_->each_of_crawl(KnowledgeCrawlId(0), [&](v1::KnowledgeEntry&&) { ADD_FAILURE() << "written by people"; }));
  ASSERT_TRUE(store_->erase_crawl(KnowledgeCrawlId(7)));
  EXPECT_EQ(store_->erase_crawl(KnowledgeCrawlId(7)).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(store_->crawls()->crawls_size(), 0);
}

TEST_F(KnowledgeTest, TakesOverAFileFromBeforeThereWereCrawlsAndKinds) {
  store_.reset();
  const auto file = directory_.path() / "before.db";
  {
    auto before = sqlite::Database::open(file);
    ASSERT_TRUE(before);
    ASSERT_TRUE(before->execute("CREATE TABLE entries(id INTEGER PRIMARY KEY, site_id INTEGER NOT NULL, words TEXT NOT NULL, record BLOB NOT NULL);"
                               "INSERT INTO entries VALUES(3,0,'old',x'08031802'),(2,0,'odd',x'0802');PRAGMA user_version=1"));
  }
  auto opened = SqliteKnowledge::open(file);
  ASSERT_TRUE(opened) << opened.error().context;
  ASSERT_TRUE((*opened)->put(faq(4, 0, "new")));
  ASSERT_TRUE((*opened)->each_of_crawl(KnowledgeCrawlId(1), [&](v1::KnowledgeEntry&&) { ADD_FAILURE(); }));
  store_ = std::move(*opened);
  EXPECT_EQ(ids({.kind = v1::KNOWLEDGE_KIND_ARTICLE}), std::vector<std::uint64_t>{3}) << "as its record says";
  EXPECT_EQ(ids({.kind = v1::KNOWLEDGE_KIND_FAQ}), std::vector<std::uint64_t>{4});
  EXPECT_EQ(ids({}), (std::vector<std::uint64_t>{4, 3, 2}));
}

}  // namespace
}  // namespace wk
