#include "storage/embedded/search/search_index.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/embedded/search/fts5_tokenizer.hpp"
#include "tests/contract/event_maker.hpp"
#include "tests/contract/temporary_directory.hpp"

namespace wk {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::EventMaker;

class SearchIndexTest : public ::testing::Test {
 protected:
  void SetUp() override { reopen(); }
  void reopen() {
    index_.reset();
    auto opened = SearchIndex::open(directory_.path() / "search.db");
    ASSERT_TRUE(opened) << opened.error().context;
    index_ = std::move(*opened);
  }
  void add(std::vector<EventRef> events) {
    std::vector<JournalRecord> records;
    for (EventRef& event : events) records.push_back({{++position_}, std::move(event)});
    const auto done = index_->apply(records, {position_ + 1});
    ASSERT_TRUE(done) << done.error().context;
  }
  std::vector<Seq> find(const std::string& text) {
    SearchQuery query;
    query.text = text;
    return find(query);
  }
  std::vector<Seq> find(const SearchQuery& query) {
    auto found = index_->find(query);
    std::vector<Seq> seqs;
    if (!found) {
      ADD_FAILURE() << query.text << ": " << found.error().context;
      return seqs;
    }
    for (const auto& place : found->places) seqs.push_back(place.seq);
    return seqs;
  }

  testing::TemporaryDirectory directory_;
  std::unique_ptr<SearchIndex> index_;
  EventMaker make_;
  std::uint64_t position_ = 0;
  const ConversationId a_{11};
};

TEST_F(SearchIndexTest, FindsChineseAsSubstringsAndEnglishAsWords) {
  add({make_.started(a_), make_.message(a_, "您好，我的订单还没有发货"), make_.message(a_, "Where is my Parcel? 订单号 A1024"),
       make_.note(a_, "客户要退款，已联系物流"), make_.file(a_, "发票 2026.pdf")});
  EXPECT_THAT(find("订单"), ElementsAre(3, 2));
  EXPECT_THAT(find("没有发货"), ElementsAre(2));
  EXPECT_THAT(find("有没"), IsEmpty());  // the characters are there, in another order
  EXPECT_THAT(find("货"), ElementsAre(2));
  EXPECT_THAT(find("退款"), ElementsAre(4));
  EXPECT_THAT(find("发票"), ElementsAre(5));
  EXPECT_THAT(find("pdf"), ElementsAre(5));
  EXPECT_THAT(find("parc"), ElementsAre(3));
  EXPECT_THAT(find("parc where"), IsEmpty());  // only the last word may be unfinished
  EXPECT_THAT(find("parcel WHERE"), ElementsAre(3));
  EXPECT_THAT(find("\"my parcel\""), ElementsAre(3));
  EXPECT_THAT(find("\"parcel my\""), IsEmpty());
  EXPECT_THAT(find("订单号a1024"), ElementsAre(3));  // with or without a space between the scripts
  EXPECT_THAT(find("订单 parcel"), ElementsAre(3));
  EXPECT_THAT(find("Ａ１０２４"), ElementsAre(3));
}

TEST_F(SearchIndexTest, FindsMixedTextAcrossTheScripts) {
  add({make_.started(a_), make_.message(a_, "买iPhone手机送case保护壳😀"), make_.message(a_, "手机 case")});
  EXPECT_THAT(find("iphone手机"), ElementsAre(2));
  EXPECT_THAT(find("手机送case"), ElementsAre(2));
  EXPECT_THAT(find("case保护"), ElementsAre(2));
  EXPECT_THAT(find("😀"), ElementsAre(2));
  EXPECT_THAT(find("手机 case"), ElementsAre(3, 2));
}

TEST_F(SearchIndexTest, NothingTypedIsASyntaxErrorOrReachesSql) {
  add({make_.started(a_), make_.message(a_, "a' OR 1=1; DROP TABLE documents; -- NEAR(x y) body:z ^q* {a b} \"quoted\"")});
  for (const char* text : {"'", "\"", "\"\"", "*", "a*", "AND", "OR", "NOT", "a AND", "NEAR(a b)", "body:z", "^a", "{a b}", "(", ")", "a OR",
                           "-a", "+", "a' OR 1=1; DROP TABLE documents; --", "\\", "%", "_", "\"a", "a\"b", "\"\"\"", "x:y:z", ":", "😀", "\x01"}) {
    (void)find(std::string(text));
  }
  EXPECT_THAT(find("DROP TABLE documents"), ElementsAre(2));
  EXPECT_THAT(find("body:z"), ElementsAre(2));
  EXPECT_THAT(find("OR"), ElementsAre(2));
  EXPECT_THAT(find(std::string("drop\0table", 10)), ElementsAre(2));
  SearchQuery broken;
  broken.text = "\xff";
  EXPECT_EQ(index_->find(broken).error().code, ErrorCode::kInvalidArgument);
  broken.text = "a";
  broken.cursor = "1; DROP";
  EXPECT_EQ(index_->find(broken).error().code, ErrorCode::kInvalidArgument);
}

TEST_F(SearchIndexTest, FiltersAndPagesNewestFirst) {
  const ConversationId b{12};
  add({make_.started(a_, SiteId(1)), make_.started(b, SiteId(2))});
  for (int i = 0; i < 5; ++i) add({make_.message(a_, "hello"), make_.message(b, "hello", "", v1::ACTOR_KIND_AGENT, 9)});
  SearchQuery query;
  query.text = "hello";
  query.limit = 4;
  std::size_t hits = 0;
  for (int page = 0; page < 5; ++page) {
    auto found = index_->find(query);
    ASSERT_TRUE(found);
    hits += found->places.size();
    query.cursor = found->next_cursor;
    if (query.cursor.empty()) break;
  }
  EXPECT_EQ(hits, 10u);
  query.cursor.clear();
  query.limit = 100;
  query.sites = {SiteId(2), SiteId(3)};
  EXPECT_THAT(find(query), ElementsAre(6, 5, 4, 3, 2));
  query.sites.clear();
  query.conversation = a_;
  EXPECT_EQ(find(query).size(), 5u);
  query.agent = AgentId(9);
  EXPECT_THAT(find(query), IsEmpty()) << "both filters hold";
  query.conversation.reset();
  EXPECT_EQ(find(query).size(), 5u);
  query.sites = {SiteId(1)};
  EXPECT_THAT(find(query), IsEmpty());
  query.sites.clear();
  query.agent.reset();
  query.since_ms = make_.time_ms();
  EXPECT_EQ(find(query).size(), 1u);
  query.since_ms.reset();
  query.until_ms = make_.time_ms();
  EXPECT_EQ(find(query).size(), 9u);
}

TEST_F(SearchIndexTest, FiltersAreNotFoundAsText) {
  add({make_.started(a_, SiteId(3)), make_.message(a_, "hello", "", v1::ACTOR_KIND_AGENT, 9)});
  for (const char* text : {"s3", "c11", "a9", "tags:s3", "hello) OR tags:(s3"}) EXPECT_THAT(find(text), IsEmpty()) << text;
}

TEST_F(SearchIndexTest, AnIndexWithoutTagsIsBegunAnew) {
  index_.reset();
  const auto file = directory_.path() / "search.db";
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(file.string() + suffix);
  {
    auto database = sqlite::Database::open(file);
    ASSERT_TRUE(database && search::register_tokenizer(*database));
    ASSERT_TRUE(database->execute(R"sql(
CREATE TABLE documents(id INTEGER PRIMARY KEY, conversation_id INTEGER NOT NULL, seq INTEGER NOT NULL, time_ms INTEGER NOT NULL,
  site_id INTEGER NOT NULL, actor_kind INTEGER NOT NULL, actor_id INTEGER NOT NULL);
CREATE VIRTUAL TABLE texts USING fts5(body, content='', tokenize='weikeyi');
CREATE TABLE sites(conversation_id INTEGER PRIMARY KEY, site_id INTEGER NOT NULL);
CREATE TABLE cursors(name TEXT PRIMARY KEY, position INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO documents VALUES(1, 11, 2, 5, 1, 1, 1);
INSERT INTO texts(rowid, body) VALUES(1, 'hello');
INSERT INTO cursors VALUES('journal', 77);
PRAGMA user_version=1;)sql"));
  }
  reopen();
  EXPECT_EQ(index_->cursor().value, 0u);
  EXPECT_THAT(find("hello"), IsEmpty());
  add({make_.started(a_), make_.message(a_, "hello")});
  EXPECT_THAT(find("hello"), ElementsAre(2));
}

TEST_F(SearchIndexTest, TheSameBatchTwiceIsFoundOnceAndTheCursorLasts) {
  const std::vector<EventRef> events = {make_.started(a_), make_.message(a_, "once")};
  add(events);
  add(events);
  EXPECT_THAT(find("once"), ElementsAre(2));
  reopen();
  EXPECT_EQ(index_->cursor().value, position_ + 1);
  EXPECT_THAT(find("once"), ElementsAre(2));
}

}  // namespace
}  // namespace wk
