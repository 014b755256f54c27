#include "ai_agent/sentence/embedding_cache.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

namespace wk::ai {
namespace {

// Directions of their own for a few words; counts what it is asked.
class CountingEncoder final : public SentenceEncoder {
 public:
  explicit CountingEncoder(std::string name) : name_(std::move(name)) {}
  std::string_view name() const override { return name_; }
  std::size_t dimensions() const override { return 3; }
  bool encode(std::string_view text, std::span<float> out) const override {
    ++asked;
    if (text.find("nothing") != text.npos) return false;
    const auto letter = static_cast<float>(text.empty() ? 0 : text.back());
    out[0] = 0.6F;
    out[1] = letter / 256;
    out[2] = -0.3F;
    return true;
  }
  mutable std::atomic<int> asked{0};

 private:
  const std::string name_;
};

class EmbeddingCacheTest : public ::testing::Test {
 protected:
  EmbeddingCacheTest() : file_(std::filesystem::temp_directory_path() / ("embedding_cache_test." + std::to_string(::getpid()))) {}
  ~EmbeddingCacheTest() override { std::filesystem::remove(file_); }

  void open(std::uint32_t slots = 8) {
    cache_.reset();
    auto opened = CachedEncoder::open(file_, encoder_, slots);
    ASSERT_TRUE(opened) << opened.error().context;
    cache_ = std::move(*opened);
  }
  std::vector<float> vector_of(const std::string& text) {
    std::vector<float> out(3);
    EXPECT_TRUE(cache_->encode(text, out));
    return out;
  }
  // Whether it is there; asking does not change what is.
  bool has(const std::string& text) {
    const int before = encoder_->asked;
    vector_of(text);
    return encoder_->asked == before;
  }

  std::filesystem::path file_;
  std::shared_ptr<CountingEncoder> encoder_ = std::make_shared<CountingEncoder>("one");
  std::unique_ptr<CachedEncoder> cache_;
};

TEST_F(EmbeddingCacheTest, ASecondQuestionIsReadAndToTheBitTheSame) {
  open();
  const auto first = vector_of("where is it");
  EXPECT_EQ(vector_of("where is it"), first);
  EXPECT_EQ(vector_of("  where\n is  it "), first) << "blanks are no difference";
  EXPECT_EQ(encoder_->asked, 1);
  EXPECT_NEAR(first[0], 0.6F, 0.005F);
  EXPECT_NEAR(first[2], -0.3F, 0.005F);
  EXPECT_FALSE(has("Where is it")) << "capitals are: the model knows them";
  EXPECT_EQ(cache_->figures().hits, 2u);
  EXPECT_EQ(cache_->figures().misses, 2u);
}

TEST_F(EmbeddingCacheTest, WhatTheModelDoesNotKnowIsNotKept) {
  open();
  std::vector<float> out(3);
  EXPECT_FALSE(cache_->encode("nothing", out));
  EXPECT_FALSE(cache_->encode("nothing", out));
  EXPECT_EQ(encoder_->asked, 2);
  EXPECT_EQ(cache_->figures().vectors, 0u);
}

TEST_F(EmbeddingCacheTest, ComesBackAfterARestartAndIsBegunAnewForAnotherModelOrSize) {
  open();
  const auto first = vector_of("a");
  open();
  EXPECT_EQ(vector_of("a"), first);
  EXPECT_EQ(encoder_->asked, 1);
  encoder_ = std::make_shared<CountingEncoder>("two");
  open();
  EXPECT_FALSE(has("a"));
  EXPECT_TRUE(has("a"));
  open(16);
  EXPECT_EQ(cache_->figures().vectors, 0u);
}

TEST_F(EmbeddingCacheTest, WhenFullWhatWasNotAskedForMakesRoom) {
  open(4);
  for (const char* text : {"a", "b", "c", "d"}) vector_of(text);
  vector_of("a");
  vector_of("c");
  const auto size = std::filesystem::file_size(file_);
  vector_of("e");  // takes b's place
  vector_of("f");  // takes d's
  EXPECT_EQ(cache_->figures().vectors, 4u);
  for (const char* text : {"a", "c", "e", "f"}) EXPECT_TRUE(has(text)) << text;
  for (int i = 0; i < 1'000; ++i) vector_of("many " + std::to_string(i));
  EXPECT_EQ(cache_->figures().vectors, 4u);
  EXPECT_EQ(std::filesystem::file_size(file_), size) << "the file does not grow";
  open(4);
  EXPECT_EQ(cache_->figures().vectors, 4u);
  EXPECT_TRUE(has("many 999"));
}

TEST_F(EmbeddingCacheTest, ASlotThatACrashLeftHalfWrittenIsEmpty) {
  open(4);
  const auto a = vector_of("a");
  vector_of("b");
  const std::size_t record = 32 + 3;
  { std::fstream(file_, std::ios::in | std::ios::out | std::ios::binary).seekp(24 + record + 33).put('\x55'); }
  EXPECT_FALSE(has("b")) << "under its feet";
  EXPECT_TRUE(has("b")) << "written again";
  { std::fstream(file_, std::ios::in | std::ios::out | std::ios::binary).seekp(24 + record + 33).put('\x55'); }
  open(4);
  EXPECT_EQ(cache_->figures().vectors, 1u);
  EXPECT_EQ(vector_of("a"), a);
  cache_.reset();
  for (const std::uintmax_t bytes : {std::uintmax_t{24 + 20}, std::uintmax_t{10}, std::uintmax_t{0}}) {
    std::filesystem::resize_file(file_, bytes);
    open(4);
    EXPECT_EQ(cache_->figures().vectors, 0u);
    EXPECT_FALSE(has("a"));
    cache_.reset();
  }
}

TEST_F(EmbeddingCacheTest, ManyThreadsAskWhileItIsFull) {
  open(16);
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      std::vector<float> out(3);
      for (int i = 0; i < 2'000; ++i) {
        const std::string text = std::to_string((i * 7 + thread) % 40);
        ASSERT_TRUE(cache_->encode(text, out));
        ASSERT_NEAR(out[1], static_cast<float>(text.back()) / 256, 0.005F) << "another text's vector";
      }
    });
  }
  threads.clear();
  EXPECT_LE(cache_->figures().vectors, 16u);
}

}  // namespace
}  // namespace wk::ai
