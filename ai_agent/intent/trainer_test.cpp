#include "ai_agent/intent/trainer.hpp"

#include <gtest/gtest.h>

#include <set>

#include "ai_agent/intent/test_examples.hpp"

namespace wk::ai {
namespace {

using Examples = std::vector<TrainingExample>;

Result<TrainedModel> run(const Examples& examples, const TrainingOptions& options = {}) {
  return train(examples, nullptr, options, {});
}

TEST(Train, TheSameSeedGivesTheSameModel) {
  const auto a = run(shop_examples(), {.seed = 7, .progress = {}});
  const auto b = run(shop_examples(), {.seed = 7, .progress = {}});
  const auto c = run(shop_examples(), {.seed = 8, .progress = {}});
  ASSERT_TRUE(a && b && c);
  EXPECT_EQ(a->model->parts().lexical.sparse, b->model->parts().lexical.sparse);
  EXPECT_EQ(a->model->parts().lexical_confidence.weights,
            b->model->parts().lexical_confidence.weights);
  EXPECT_EQ(a->evaluation.accuracy, b->evaluation.accuracy);
  EXPECT_NE(a->model->parts().lexical_confidence.weights,
            c->model->parts().lexical_confidence.weights);
}

TEST(Train, EvaluatesOnWhatItHasNotSeen) {
  const auto trained = run(shop_examples());
  ASSERT_TRUE(trained.has_value());
  const Evaluation& e = trained->evaluation;
  EXPECT_GT(e.accuracy, 0.5f);
  EXPECT_LT(e.accuracy, 1.0f);  // some of the set's messages share no word with another
  EXPECT_GT(e.examples, 40u);
  EXPECT_EQ(e.intents.size(), trained->model->labels().size());
  EXPECT_NEAR(e.acted_right + e.acted_wrong + e.asked + e.handed_over, 1, 1e-4);
  EXPECT_GT(e.rejects, 0u);  // of intents left out
  for (const auto& confusion : e.confusions) EXPECT_NE(confusion.truth, confusion.guess);
}

TEST(Train, ConfusedIntentsAreNamed) {
  Examples examples = shop_examples();
  // The same wishes under two names: nobody can tell them apart.
  for (const char* item : {"lamp", "chair", "table", "sofa"})
    examples.push_back({"complaint", "my " + std::string(item) + " came broken", ""});
  for (const char* item : {"desk", "shelf", "mirror", "carpet"})
    examples.push_back({"damage", "my " + std::string(item) + " came broken", ""});
  const auto trained = run(examples);
  ASSERT_TRUE(trained.has_value());
  std::set<std::string> weak;
  for (const auto intent : trained->evaluation.weak) weak.insert(trained->model->labels()[intent]);
  EXPECT_TRUE(weak.contains("complaint") || weak.contains("damage"));
}

TEST(Train, OneIntentAloneIsAModel) {
  Examples examples;
  for (const auto& e : shop_examples()) {
    if (e.intent == "refund") examples.push_back(e);
  }
  const auto trained = run(examples);
  ASSERT_TRUE(trained.has_value()) << trained.error().context;
  IntentScratch scratch;
  const auto known = trained->model->classify("how do i get a refund", "", Zones{}, scratch);
  const auto strange = trained->model->classify("xylophone zebra quartz", "", Zones{}, scratch);
  ASSERT_EQ(known.ranked_count, 1u);
  EXPECT_EQ(known.candidates, 1u);
  EXPECT_EQ(known.zone, Zone::kAct);
  EXPECT_EQ(strange.zone, Zone::kHandOver);
}

TEST(Train, OneExampleEachIsEnoughToBegin) {
  const auto trained = run({{"a", "refund please", ""}, {"b", "where is my order", ""}});
  ASSERT_TRUE(trained.has_value());
  IntentScratch scratch;
  const auto c = trained->model->classify("refund", "", Zones{}, scratch);
  EXPECT_EQ(trained->model->labels()[c.ranked[0].intent], "a");
  EXPECT_EQ(trained->evaluation.weak.size(), 2u);
}

TEST(Train, AnIntentWithoutReadableExamplesIsLeftOutAndNamed) {
  Examples examples = shop_examples();
  examples.push_back({"empty", "  ", ""});
  examples.push_back({"empty", "?!", ""});
  const auto trained = run(examples);
  ASSERT_TRUE(trained.has_value());
  EXPECT_EQ(trained->left_out, std::vector<std::string>{"empty"});
  for (const auto& label : trained->model->labels()) EXPECT_NE(label, "empty");
}

TEST(Train, NothingToLearnFromIsAnError) {
  EXPECT_EQ(run({}).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(run({{"a", "", ""}}).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(run({{"", "only a reject", ""}}).error().code, ErrorCode::kInvalidArgument);
}

TEST(Train, LimitsAreRefused) {
  EXPECT_EQ(run({{std::string(intent_limits::kLabelBytesMax + 1, 'a'), "text", ""}}).error().code,
            ErrorCode::kTooLarge);
  Examples many;
  for (std::size_t i = 0; i <= intent_limits::kIntentsMax; ++i)
    many.push_back({std::to_string(i), "text", ""});
  EXPECT_EQ(run(many).error().code, ErrorCode::kTooLarge);
}

TEST(Train, DuplicatesCountOnceAndContradictionsAreCounted) {
  Examples examples = shop_examples();
  examples.push_back({"refund", "  I WANT my money back ", ""});
  examples.push_back({"invoice", "i want my money back", ""});
  const auto trained = run(examples);
  ASSERT_TRUE(trained.has_value());
  EXPECT_EQ(trained->duplicates, 1u);
  EXPECT_EQ(trained->contradictions, 1u);
}

TEST(Train, LabelledRejectsLowerTheConfidenceInTheirLike) {
  Examples examples = shop_examples();
  const auto without = run(examples);
  for (const char* text :
       {"what is the weather tomorrow", "tell me a joke", "who won the game last night",
        "play some music", "will it rain in paris", "what is the weather like in rome",
        "tell me another joke", "今天天气怎么样", "讲个笑话", "明天会下雨吗", "播放音乐",
        "昨天比赛谁赢了"}) {
    examples.push_back({"", text, ""});
  }
  const auto with = run(examples);
  ASSERT_TRUE(with && without);
  IntentScratch scratch;
  const char* const text = "what is the weather in london tomorrow";
  EXPECT_LT(with->model->classify(text, "", Zones{}, scratch).confidence,
            without->model->classify(text, "", Zones{}, scratch).confidence);
  EXPECT_GT(with->evaluation.rejects, without->evaluation.rejects);
}

TEST(Train, PiecesOfASingleTextCountOnlyWhileIntentsHaveFewExamples) {
  const auto pieces = [](int texts, int rejects = 0) {
    Examples examples;
    for (int i = 0; i < rejects; ++i) examples.push_back({"", "nothing of ours " + std::to_string(i), ""});
    for (const char* intent : {"refund", "invoice"}) {
      for (int i = 0; i < texts; ++i) {
        const std::string alone(3, static_cast<char>('a' + i));
        examples.push_back({intent, std::string(intent) + " " + alone + intent[0], ""});
      }
    }
    const auto trained = run(examples);
    EXPECT_TRUE(trained.has_value());
    return trained ? trained->model->parts().vocabulary.size() : 0;
  };
  EXPECT_LT(pieces(20), pieces(19));
  EXPECT_EQ(pieces(5, 100), pieces(5));
}

TEST(Train, ReportsProgressAndStops) {
  std::vector<TrainingStage> stages;
  std::stop_source source;
  const TrainingOptions options{.progress = [&](TrainingStage stage, float done) {
    EXPECT_GE(done, 0);
    EXPECT_LE(done, 1);
    stages.push_back(stage);
    if (stage == TrainingStage::kFolds) source.request_stop();
  }};
  const auto examples = shop_examples();
  EXPECT_EQ(train(examples, nullptr, options, source.get_token()).error().code,
            ErrorCode::kUnavailable);
  EXPECT_EQ(stages.front(), TrainingStage::kEncoding);
  EXPECT_EQ(std::count(stages.begin(), stages.end(), TrainingStage::kFolds), 1);
}

}  // namespace
}  // namespace wk::ai
