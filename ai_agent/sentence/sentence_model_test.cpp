#include "ai_agent/sentence/sentence_model.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <thread>

#include "base/encoding.hpp"

namespace wk::ai {
namespace {

class SentenceModelTest : public testing::Test {
 protected:
  void SetUp() override {
    auto opened = open_sentence_model(WK_SENTENCE_MODEL);
    if (!opened && opened.error().code == ErrorCode::kNotFound)
      GTEST_SKIP() << "npm did not fetch the weights";
    ASSERT_TRUE(opened.has_value()) << opened.error().context;
    model_ = std::move(*opened);
  }

  std::vector<float> encode(std::string_view text) const {
    std::vector<float> out(model_->dimensions());
    EXPECT_TRUE(model_->encode(text, out)) << text;
    return out;
  }
  static float cosine(const std::vector<float>& a, const std::vector<float>& b) {
    float sum = 0;
    float squares = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
      sum += a[i] * b[i];
      squares += b[i] * b[i];
    }
    return sum / std::sqrt(squares);
  }

  std::unique_ptr<const SentenceEncoder> model_;
};

// golden.tsv: what npm's @energetic-ai/embeddings 0.2.0 makes of each text with the float weights,
// its 512 numbers brought to bytes (base64url), a tab, the text.
TEST_F(SentenceModelTest, IsWhereTheFloatModelIs) {
  std::ifstream in(WK_GOLDEN);
  int count = 0;
  for (std::string line; std::getline(in, line); ++count) {
    const std::size_t tab = line.find('\t');
    const auto bytes = base64url_decode(line.substr(0, tab));
    ASSERT_TRUE(bytes && bytes->size() == model_->dimensions());
    std::vector<float> expected;
    for (const char c : *bytes) expected.push_back(static_cast<float>(static_cast<signed char>(c)));
    EXPECT_GE(cosine(encode(line.substr(tab + 1)), expected), 0.999f) << line.substr(tab + 1);
  }
  EXPECT_EQ(count, 20);
}

TEST_F(SentenceModelTest, GivesUnitVectorsNearToThoseThatMeanTheSame) {
  const auto a = encode("How can I get my money back?");
  const auto b = encode("I would like a refund, please.");
  const auto c = encode("What time do you open on Sunday?");
  EXPECT_NEAR(cosine(a, a), 1, 1e-4);
  EXPECT_GT(cosine(a, b), cosine(a, c) + 0.1f);
}

TEST_F(SentenceModelTest, IsForLatinTextAlone) {
  std::vector<float> out(model_->dimensions());
  for (const char* text : {"", "  ", "我的订单在哪里", "12345", "👍", "где мой заказ"})
    EXPECT_FALSE(model_->encode(text, out)) << text;
  EXPECT_TRUE(model_->encode("my Alipay account 密码 does not work", out));
  EXPECT_TRUE(model_->encode("broken \xFF\xFE bytes here", out));
}

TEST_F(SentenceModelTest, ALongTextIsCut) {
  std::string text;
  while (text.size() < 100'000) text += "this goes on and on ";
  EXPECT_NEAR(cosine(encode(text), encode(text.substr(0, 4'000))), 1, 1e-5);
}

TEST_F(SentenceModelTest, ManyThreadsGetTheSame) {
  std::vector<std::vector<float>> all(4);
  {
    std::vector<std::jthread> threads;
    for (auto& mine : all) {
      threads.emplace_back([&] {
        for (int i = 0; i < 5; ++i) mine = encode("where is my order");
      });
    }
  }
  for (const auto& other : all) EXPECT_EQ(other, all[0]);
}

TEST_F(SentenceModelTest, ADamagedFileIsRefused) {
  std::ifstream in(WK_SENTENCE_MODEL, std::ios::binary);
  const std::string good((std::istreambuf_iterator<char>(in)), {});
  std::string name = (std::filesystem::temp_directory_path() / "sentence_test.XXXXXX").string();
  ASSERT_NE(::mkdtemp(name.data()), nullptr);
  const std::filesystem::path file = std::filesystem::path(name) / "model";
  const auto open = [&](const std::string& bytes) {
    std::ofstream(file, std::ios::binary) << bytes;
    return open_sentence_model(file);
  };
  for (const std::size_t at : {std::size_t{0}, std::size_t{9}, std::size_t{14}, std::size_t{20},
                               good.size() / 2, good.size() - 1}) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 1);
    EXPECT_EQ(open(bad).error().code, ErrorCode::kCorrupt) << at;
    EXPECT_EQ(open(good.substr(0, at)).error().code, ErrorCode::kCorrupt) << at;
  }
  std::filesystem::remove_all(name);
}

TEST(SentenceModel, NoFileIsNoFault) {
  EXPECT_EQ(open_sentence_model("/nonexistent/sentence_en.wks").error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace wk::ai
