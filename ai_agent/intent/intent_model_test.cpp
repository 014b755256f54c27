#include "ai_agent/intent/intent_model.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "ai_agent/intent/test_examples.hpp"
#include "ai_agent/intent/trainer.hpp"

namespace wk::ai {
namespace {

// A sentence's vector by its letters: no meaning in it, but everything that a model does with
// vectors.
class LetterEncoder final : public SentenceEncoder {
 public:
  std::string_view name() const override { return "letters"; }
  std::size_t dimensions() const override { return 32; }
  bool encode(std::string_view text, std::span<float> out) const override {
    if (language_of(text) != Language::kLatin) return false;
    std::fill(out.begin(), out.end(), 0.01f);
    for (const char c : text) out[static_cast<unsigned char>(c) % 32] += 1;
    float sum = 0;
    for (const float x : out) sum += x * x;
    for (float& x : out) x /= std::sqrt(sum);
    return true;
  }
};

TrainedModel trained(std::vector<TrainingExample> examples,
                     std::shared_ptr<const SentenceEncoder> encoder = nullptr,
                     TrainingOptions options = {}) {
  auto result = train(examples, std::move(encoder), options, {});
  EXPECT_TRUE(result.has_value()) << (result ? "" : result.error().context);
  return result ? std::move(*result) : TrainedModel{};
}

class IntentModelTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { shop_ = new TrainedModel(trained(shop_examples())); }
  static void TearDownTestSuite() { delete shop_; }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string first(const IntentModel& model, std::string_view text,
                    std::string_view context = "") {
    const Classification c = model.classify(text, context, Zones{}, scratch_);
    return c.ranked_count == 0 ? "" : model.labels()[c.ranked[0].intent];
  }
  const IntentModel& shop() const { return *shop_->model; }
  std::filesystem::path file(const char* name) {
    if (folder_.empty()) {
      std::string name_template =
          (std::filesystem::temp_directory_path() / "intent_test.XXXXXX").string();
      folder_ = ::mkdtemp(name_template.data());
    }
    return folder_ / name;
  }

  static TrainedModel* shop_;
  IntentScratch scratch_;
  std::filesystem::path folder_;
};
TrainedModel* IntentModelTest::shop_ = nullptr;

TEST_F(IntentModelTest, KnowsWhatWasNotSaidBefore) {
  EXPECT_EQ(first(shop(), "Where's my PACKAGE?"), "order.status");
  EXPECT_EQ(first(shop(), "can you refund me"), "refund");
  EXPECT_EQ(first(shop(), "forgot the pasword again"), "password");
  EXPECT_EQ(first(shop(), "我的快递到哪里了？"), "order.status");
  EXPECT_EQ(first(shop(), "什么时候能退款"), "refund");
  EXPECT_EQ(first(shop(), "请帮我转人工客服"), "human");
}

TEST_F(IntentModelTest, TakesMixedAndFullWidthText) {
  EXPECT_EQ(first(shop(), "我的 order 到哪了"), "order.status");
  EXPECT_EQ(first(shop(), "怎么 reset 密码"), "password");
  EXPECT_EQ(first(shop(), "ＲＥＦＵＮＤ　ｐｌｅａｓｅ"), "refund");
}

TEST_F(IntentModelTest, RanksByScoreAndSharesSumToOne) {
  const Classification c = shop().classify("i want my money back", "", Zones{}, scratch_);
  ASSERT_GE(c.ranked_count, 3u);
  float sum = 0;
  for (std::size_t i = 0; i < c.ranked_count; ++i) {
    sum += c.ranked[i].share;
    if (i > 0) {
      EXPECT_LE(c.ranked[i].score, c.ranked[i - 1].score);
    }
  }
  EXPECT_NEAR(sum, 1, 1e-4);
  EXPECT_GE(c.candidates, 2u);
  EXPECT_LE(c.candidates, 3u);
}

TEST_F(IntentModelTest, IsSurerOfWhatItKnows) {
  const auto confidence = [&](const char* text) {
    return shop().classify(text, "", Zones{}, scratch_).confidence;
  };
  EXPECT_GT(confidence("where is my order"), confidence("what is the capital of mongolia"));
  EXPECT_GT(confidence("我要退款"), confidence("蒙古国的首都叫什么名字"));
}

TEST_F(IntentModelTest, ZonesFollowTheSettings) {
  const float p = shop().classify("how do i get a refund", "", Zones{}, scratch_).confidence;
  EXPECT_EQ(shop().classify("how do i get a refund", "", {.act = p, .ask = 0}, scratch_).zone,
            Zone::kAct);
  EXPECT_EQ(shop().classify("how do i get a refund", "", {.act = 1.1f, .ask = p}, scratch_).zone,
            Zone::kAsk);
  EXPECT_EQ(shop().classify("how do i get a refund", "", {.act = 1.1f, .ask = 1.1f}, scratch_).zone,
            Zone::kHandOver);
}

TEST_F(IntentModelTest, NothingReadableHasNoIntent) {
  for (const char* text : {"", "   ", "?!…", "👍👍", "\xFF\xFE"}) {
    const Classification c = shop().classify(text, "", Zones{.act = 0, .ask = 0}, scratch_);
    EXPECT_EQ(c.ranked_count, 0u) << text;
    EXPECT_EQ(c.zone, Zone::kHandOver) << text;
  }
}

TEST_F(IntentModelTest, ALongMessageIsBounded) {
  std::string text = "refund ";
  while (text.size() < 200'000)
    text += "退款 please aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa ";
  EXPECT_EQ(first(shop(), text), "refund");
}

TEST_F(IntentModelTest, OneScratchServesManyMessagesLikeAFreshOne) {
  for (const auto& e : shop_examples()) {
    IntentScratch fresh;
    const Classification a = shop().classify(e.text, "", Zones{}, scratch_);
    const Classification b = shop().classify(e.text, "", Zones{}, fresh);
    EXPECT_EQ(a.confidence, b.confidence);
    EXPECT_EQ(a.ranked[0].intent, b.ranked[0].intent);
  }
}

TEST_F(IntentModelTest, ManyThreadsGetTheSameAnswers) {
  const auto examples = shop_examples();
  std::vector<std::vector<float>> answers(4);
  {
    std::vector<std::jthread> threads;
    for (auto& mine : answers) {
      threads.emplace_back([&] {
        IntentScratch scratch;
        for (const auto& e : examples)
          mine.push_back(shop().classify(e.text, "", Zones{}, scratch).confidence);
      });
    }
  }
  for (const auto& other : answers) EXPECT_EQ(other, answers[0]);
}

TEST_F(IntentModelTest, ContextTellsShortMessagesApart) {
  auto examples = shop_examples();
  for (const char* text : {"how long does that take", "and when", "how many days"}) {
    for (const char* before : {"how do i get a refund", "please refund my purchase"})
      examples.push_back({"refund.time", text, before});
    for (const char* before : {"track my parcel please", "where is my order"})
      examples.push_back({"order.time", text, before});
  }
  const TrainedModel model = trained(examples);
  EXPECT_EQ(first(*model.model, "how many days", "i want a refund for my purchase"), "refund.time");
  EXPECT_EQ(first(*model.model, "how many days", "where is my parcel"), "order.time");
}

TEST_F(IntentModelTest, AFileHoldsAllOfIt) {
  ASSERT_TRUE(shop().save(file("a")).has_value());
  auto loaded = IntentModel::load(file("a"), nullptr);
  ASSERT_TRUE(loaded.has_value()) << loaded.error().context;
  for (const auto& e : shop_examples()) {
    const Classification a = shop().classify(e.text, "", Zones{}, scratch_);
    const Classification b = (*loaded)->classify(e.text, "", Zones{}, scratch_);
    EXPECT_EQ(a.confidence, b.confidence);
    EXPECT_EQ(a.ranked[0].intent, b.ranked[0].intent);
  }
  EXPECT_EQ((*loaded)->suggested_zones().ask, shop().suggested_zones().ask);
  EXPECT_FALSE(std::filesystem::exists(file("a.new")));
}

TEST_F(IntentModelTest, SavingReplacesAndAFailedSaveLeavesTheOldFile) {
  ASSERT_TRUE(shop().save(file("a")).has_value());
  ASSERT_TRUE(shop().save(file("a")).has_value());
  EXPECT_EQ(shop().save(file("no such folder/a")).error().code, ErrorCode::kIo);
  std::filesystem::create_directory(file("a.new"));  // cannot be written
  EXPECT_EQ(shop().save(file("a")).error().code, ErrorCode::kIo);
  EXPECT_TRUE(IntentModel::load(file("a"), nullptr).has_value());
}

TEST_F(IntentModelTest, ADamagedFileIsRefused) {
  ASSERT_TRUE(shop().save(file("a")).has_value());
  std::ifstream in(file("a"), std::ios::binary);
  const std::string good((std::istreambuf_iterator<char>(in)), {});
  const auto load = [&](const std::string& bytes) {
    std::ofstream(file("b"), std::ios::binary) << bytes;
    return IntentModel::load(file("b"), nullptr);
  };
  ASSERT_TRUE(load(good).has_value());
  for (std::size_t at = 0; at < good.size(); at += 1 + good.size() / 97) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0x40);
    EXPECT_EQ(load(bad).error().code, ErrorCode::kCorrupt) << at;
    EXPECT_EQ(load(good.substr(0, at)).error().code, ErrorCode::kCorrupt) << at;
  }
  EXPECT_EQ(load(good + "x").error().code, ErrorCode::kCorrupt);
  EXPECT_NE(load("").error().context.find("train it again"), std::string::npos);
  EXPECT_EQ(IntentModel::load(file("none"), nullptr).error().code, ErrorCode::kNotFound);
}

TEST_F(IntentModelTest, SentenceVectorsTakePartWhereThereAreSome) {
  const auto encoder = std::make_shared<LetterEncoder>();
  const TrainedModel model = trained(shop_examples(), encoder);
  EXPECT_TRUE(model.model->classify("where is my order", "", Zones{}, scratch_).sentence);
  EXPECT_FALSE(model.model->classify("我的订单到哪了", "", Zones{}, scratch_).sentence);
  EXPECT_EQ(first(*model.model, "where is the parcel"), "order.status");
  EXPECT_EQ(first(*model.model, "快递什么时候能到"), "order.status");

  ASSERT_TRUE(model.model->save(file("a")).has_value());
  const auto with = IntentModel::load(file("a"), encoder);
  const auto without = IntentModel::load(file("a"), nullptr);
  ASSERT_TRUE(with.has_value() && without.has_value());
  EXPECT_TRUE((*with)->classify("where is my order", "", Zones{}, scratch_).sentence);
  EXPECT_FALSE((*without)->classify("where is my order", "", Zones{}, scratch_).sentence);
  EXPECT_EQ(first(**without, "where is my order"), "order.status");
}

}  // namespace
}  // namespace wk::ai
