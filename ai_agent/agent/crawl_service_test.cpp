#include "ai_agent/agent/crawl_service.hpp"

#include <gtest/gtest.h>

#include "ai_agent/llm/test_stand_in.hpp"
#include "storage/embedded/knowledge/sqlite_knowledge.hpp"
#include "tests/contract/temporary_directory.hpp"

namespace wk::ai {
namespace {

constexpr Milliseconds kDay{86'400'000};

class CrawlServiceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto opened = SqliteKnowledge::open(directory_.path() / "knowledge.db");
    ASSERT_TRUE(opened) << opened.error().context;
    store_ = std::move(*opened);
    restart();
  }
  void restart(bool private_addresses = true) {
    service_ = std::make_unique<CrawlService>(*store_, *store_, clock_, CrawlService::Options{.private_addresses = private_addresses, .version = "1"});
    ASSERT_TRUE(service_->load());
  }
  KnowledgeCrawlId create(std::uint32_t every_days) {
    v1::KnowledgeCrawl crawl;
    crawl.set_start_url(site_.base_url() + "/");
    crawl.set_every_days(every_days);
    const auto made = service_->create(crawl);
    EXPECT_TRUE(made) << made.error().context;
    return KnowledgeCrawlId(made->id());
  }
  // Whether one was due.
  bool read() { return service_->read_next({}); }
  // The same, of a site that has one page.
  bool read_page() {
    site_.then({.status = 404});
    site_.then({.headers = {"Content-Type: text/html"}, .pieces = {"<title>Page</title><p>The text of it.</p>"}});
    return read();
  }
  v1::KnowledgeCrawl now(KnowledgeCrawlId id) { return service_->crawl(id).value(); }

  wk::testing::TemporaryDirectory directory_;
  ManualClock clock_;
  StandIn site_;
  std::unique_ptr<SqliteKnowledge> store_;
  std::unique_ptr<CrawlService> service_;
};

TEST_F(CrawlServiceTest, IsReadAgainAfterSoManyDaysAndNotBefore) {
  const KnowledgeCrawlId id = create(2);
  ASSERT_TRUE(read_page());
  EXPECT_EQ(now(id).state(), v1::CRAWL_STATE_DONE) << now(id).failure();
  EXPECT_EQ(now(id).changed(), 1U);
  EXPECT_EQ(now(id).ended_ms(), clock_.now_ms());
  EXPECT_FALSE(read());
  clock_.advance(2 * kDay - Milliseconds(1));
  EXPECT_FALSE(read());
  clock_.advance(Milliseconds(1));
  ASSERT_TRUE(read_page());
  EXPECT_EQ(now(id).state(), v1::CRAWL_STATE_DONE) << now(id).failure();
  EXPECT_EQ(now(id).unchanged(), 1U);
  EXPECT_EQ(site_.heads().size(), 4U);
  EXPECT_FALSE(read()) << "the days count from the reading before";
}

TEST_F(CrawlServiceTest, WithoutDaysItIsReadOnlyWhenAsked) {
  const KnowledgeCrawlId id = create(0);
  ASSERT_TRUE(read_page());
  clock_.advance(400 * kDay);
  EXPECT_FALSE(read());
  ASSERT_TRUE(service_->run(id));
  EXPECT_TRUE(read_page());
  // What people choose counts from then on.
  v1::KnowledgeCrawl daily = now(id);
  daily.set_every_days(1);
  ASSERT_TRUE(service_->replace(id, daily));
  EXPECT_FALSE(read());
  clock_.advance(kDay);
  EXPECT_TRUE(read_page());
}

TEST_F(CrawlServiceTest, OneThatFailedIsTriedAgainOnItsDayToo) {
  restart(false);
  const KnowledgeCrawlId id = create(1);
  ASSERT_TRUE(read());
  EXPECT_EQ(now(id).state(), v1::CRAWL_STATE_FAILED);
  EXPECT_EQ(now(id).failure(), "private_address");
  EXPECT_FALSE(read());
  clock_.advance(kDay);
  EXPECT_TRUE(read());
  EXPECT_TRUE(site_.heads().empty());
}

TEST_F(CrawlServiceTest, TheDaysOutliveARestartAndTwoThatAreDueAreReadOneAfterTheOther) {
  const KnowledgeCrawlId first = create(1);
  const KnowledgeCrawlId second = create(3);
  ASSERT_TRUE(read_page());
  ASSERT_TRUE(read_page());
  restart();
  EXPECT_FALSE(read());
  clock_.advance(kDay);
  EXPECT_TRUE(read_page());
  EXPECT_FALSE(read());
  EXPECT_GT(now(first).ended_ms(), now(second).ended_ms());
  clock_.advance(5 * kDay);
  restart();
  EXPECT_TRUE(read_page());
  EXPECT_TRUE(read_page());
  EXPECT_FALSE(read());
}

}  // namespace
}  // namespace wk::ai
