#include "storage/embedded/sqlite/substring_tokenizer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace wk::sqlite {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class SubstringTokenizer : public ::testing::Test {
 protected:
  void SetUp() override {
    database_ = std::make_unique<Database>(Database::open(":memory:").value());
    ASSERT_TRUE(register_substring_tokenizer(*database_));
    ASSERT_TRUE(database_->execute("CREATE VIRTUAL TABLE t USING fts5(text, columnsize=0, tokenize='substring')"));
  }
  void add(std::int64_t id, const std::string& text) {
    Statement insert = database_->prepare("INSERT INTO t(rowid, text) VALUES(?1, ?2)").value();
    ASSERT_TRUE(insert.bind_all(id, text).run());
  }
  std::vector<std::int64_t> find(std::string_view text) {
    const std::string match = substring_match(text);
    std::vector<std::int64_t> found;
    if (match.empty()) return found;
    Statement select = database_->prepare("SELECT rowid FROM t WHERE t MATCH ?1 ORDER BY rowid").value();
    select.bind(1, match);
    for (;;) {
      const Result<bool> row = select.step();
      if (!row) ADD_FAILURE() << text << ": " << row.error().context;
      if (!row || !*row) return found;
      found.push_back(select.int64(0));
    }
  }
  std::unique_ptr<Database> database_;
};

TEST_F(SubstringTokenizer, FindsEveryPieceOfEveryLength) {
  const std::vector<std::string> characters = {"张", "w", "é", "%", "李", "9", "雷", "\"", "*", "Z"};
  std::string text;
  for (const std::string& one : characters) text += one;
  add(1, text);
  add(2, "other");
  for (std::size_t from = 0; from < characters.size(); ++from) {
    std::string piece;
    for (std::size_t to = from; to < characters.size(); ++to) {
      piece += characters[to];
      EXPECT_THAT(find(piece), ElementsAre(1)) << piece;
    }
  }
  EXPECT_THAT(find("李张"), IsEmpty());
  EXPECT_THAT(find("é%李雷"), IsEmpty());
}

TEST_F(SubstringTokenizer, FindsWordsInAnyOrderAndAnyCase) {
  add(1, "Li Lei\nlei@Example.com\n+86 138-0013-8000\nu-77");
  add(2, "Straße ＡＢＣ");
  EXPECT_THAT(find("lei LI"), ElementsAre(1));
  EXPECT_THAT(find("XAMPLE"), ElementsAre(1));
  EXPECT_THAT(find("8000"), ElementsAre(1));
  EXPECT_THAT(find("li nobody"), IsEmpty());
  EXPECT_THAT(find("STRASSE abc"), ElementsAre(2));
}

TEST_F(SubstringTokenizer, TakesOperatorsAndRubbishAsText) {
  add(1, "plain");
  for (const char* text : {"\"", "*", "a AND", "NOT", "(", "text:plain", "^p", "{a}", "\"\"\"", "-", "NEAR(a b)"}) (void)find(text);
  EXPECT_THAT(find(std::string_view("pla\0in", 6)), ElementsAre(1)) << "a NUL stands between words";
  EXPECT_THAT(find("\xff\xfe"), IsEmpty());
  EXPECT_THAT(find("  \t "), IsEmpty());
  EXPECT_THAT(find("p"), ElementsAre(1));
}

}  // namespace
}  // namespace wk::sqlite
