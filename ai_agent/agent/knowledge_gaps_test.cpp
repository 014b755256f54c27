#include "ai_agent/agent/knowledge_gaps.hpp"

#include <gtest/gtest.h>

#include "ai_agent/agent/limits.hpp"

namespace wk::ai {
namespace {

class Asked {
 public:
  Asked& add(const std::string& text, bool by_people = false) {
    v1::UnansweredQuestion question;
    question.set_text(text);
    question.set_conversation_id(100 + questions_.size());
    question.set_time_ms(1'000'000 - static_cast<std::int64_t>(questions_.size()));
    question.set_by_people(by_people);
    questions_.push_back(std::move(question));
    return *this;
  }
  v1::KnowledgeGapList gaps() const { return knowledge_gaps(questions_); }

 private:
  std::vector<v1::UnansweredQuestion> questions_;  // the newest first
};

TEST(KnowledgeGaps, PutTogetherWhatAsksTheSame) {
  const auto list = Asked()
                        .add("Do you sell gift cards?")
                        .add("可以开发票吗")
                        .add("is there a gift card", true)
                        .add("Where can I buy gift cards", true)
                        .add("怎么开发票")
                        .add("Can I bring my dog into the shop?")
                        .gaps();
  ASSERT_EQ(list.gaps_size(), 3) << list.DebugString();
  const v1::KnowledgeGap& cards = list.gaps(0);
  EXPECT_EQ(cards.questions(), 3U);
  EXPECT_EQ(cards.by_people(), 2U);
  EXPECT_NE(cards.question().find("gift card"), std::string::npos);
  EXPECT_EQ(cards.phrasings_size(), 3);
  EXPECT_EQ(cards.newest_ms(), 1'000'000);
  EXPECT_EQ(cards.examples(0).conversation_id(), 100U);
  EXPECT_EQ(list.gaps(1).questions(), 2U);
  EXPECT_NE(list.gaps(1).question().find("发票"), std::string::npos);
  EXPECT_EQ(list.gaps(2).question(), "Can I bring my dog into the shop?");
  EXPECT_EQ(list.questions(), 6U);
  EXPECT_FALSE(list.more());
}

TEST(KnowledgeGaps, WordsOfAskingMakeNothingAlike) {
  const auto list = Asked().add("How can I cancel my order?").add("How can I reach the museum?").add("怎么退货").add("怎么付款").gaps();
  EXPECT_EQ(list.gaps_size(), 4) << list.DebugString();
}

TEST(KnowledgeGaps, TheSameWordsAreOnePhrasing) {
  const auto list = Asked().add("Gift cards?").add("gift  CARDS").add("gift cards").add("…").add("?!").gaps();
  ASSERT_GE(list.gaps_size(), 2);
  EXPECT_EQ(list.gaps(0).questions(), 3U);
  EXPECT_EQ(list.gaps(0).phrasings_size(), 1);
  EXPECT_EQ(list.gaps(0).examples_size(), 3);
  EXPECT_EQ(Asked().gaps().gaps_size(), 0);
}

TEST(KnowledgeGaps, LookAtSoManyAndSayIt) {
  Asked asked;
  for (std::size_t i = 0; i <= agent_limits::kGapQuestionsRead; ++i) asked.add("thing" + std::to_string(i % 500) + " number" + std::to_string(i));
  const auto list = asked.gaps();
  EXPECT_EQ(list.questions(), agent_limits::kGapQuestionsRead);
  EXPECT_TRUE(list.more());
  EXPECT_LE(static_cast<std::size_t>(list.gaps_size()), agent_limits::kGapsListed);
  for (const v1::KnowledgeGap& gap : list.gaps()) {
    EXPECT_LE(static_cast<std::size_t>(gap.phrasings_size()), agent_limits::kGapPhrasings);
    EXPECT_LE(static_cast<std::size_t>(gap.examples_size()), agent_limits::kGapExamples);
  }
}

// Whatever comes, no question is lost or counted twice.
TEST(KnowledgeGaps, CountEveryQuestionOnce) {
  Asked asked;
  std::uint64_t seed = 1;
  for (int i = 0; i < 400; ++i) {
    std::string text;
    for (int word = 0; word < 4; ++word) {
      seed = seed * 6364136223846793005U + 1442695040888963407U;
      text += "w" + std::to_string((seed >> 33) % 40) + " ";
    }
    asked.add(text);
  }
  std::uint32_t counted = 0;
  const auto list = asked.gaps();
  for (const v1::KnowledgeGap& gap : list.gaps()) counted += gap.questions();
  EXPECT_TRUE(counted == 400 || static_cast<std::size_t>(list.gaps_size()) == agent_limits::kGapsListed) << counted;
}

}  // namespace
}  // namespace wk::ai
