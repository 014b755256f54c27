#include "ai_agent/llm/llm_config.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/contract/temporary_directory.hpp"

namespace wk::ai {
namespace {

using namespace std::chrono_literals;

class LlmConfigTest : public ::testing::Test {
 protected:
  void write_key(const std::string& key, std::filesystem::perms perms = std::filesystem::perms::owner_read | std::filesystem::perms::owner_write) {
    std::ofstream(directory_.path() / "key") << key;
    std::filesystem::permissions(directory_.path() / "key", perms);
  }
  std::string refused(const std::string& json) {
    const auto config = parse_llm_config(json, directory_.path());
    return config ? "" : config.error().context;
  }
  wk::testing::TemporaryDirectory directory_;
};

TEST_F(LlmConfigTest, ReadsWhatItIsTold) {
  write_key("sk-secret\n");
  std::ofstream(directory_.path() / "llm.json") << R"({"providers": [
      {"base_url": "http://127.0.0.1:8000/v1/", "model": "qwen", "api_key_file": "key", "first_token_timeout_ms": 1500, "input_price_per_million": 0.5, "max_tokens": 300},
      {"name": "spare", "base_url": "https://llm.example/v1", "model": "m"}], // comments are fine
    "answer_within_ms": 9000, "conversation_cost_max": 0.25, "site_cost_per_day_max": 2.5, "cache_seconds": 0})";
  const auto config = read_llm_config(directory_.path() / "llm.json");
  ASSERT_TRUE(config) << config.error().context;
  ASSERT_EQ(config->providers.size(), 2u);
  const ProviderConfig& first = config->providers[0];
  EXPECT_EQ(first.base_url, "http://127.0.0.1:8000/v1");
  EXPECT_EQ(first.name, "qwen");
  EXPECT_EQ(first.api_key, "sk-secret");
  EXPECT_EQ(first.first_token_timeout, 1500ms);
  EXPECT_EQ(first.max_tokens, 300u);
  EXPECT_EQ(config->answer_within, 9s);
  EXPECT_EQ(config->cache_for, 0s);
  EXPECT_EQ(config->conversation_cost_max, 0.25);
  EXPECT_EQ(config->site_cost_per_day_max, 2.5);
}

TEST_F(LlmConfigTest, SaysWhatIsWrongAndWhere) {
  EXPECT_NE(refused("{"), "");
  EXPECT_NE(refused("[]"), "");
  EXPECT_NE(refused(R"({"providers": []})"), "");
  EXPECT_EQ(refused(R"({"providers": [{"base_url": "http://a/v1"}]})"), "providers[0].model is missing");
  EXPECT_EQ(refused(R"({"providers": [{"base_url": "ftp://a", "model": "m"}]})"), "providers[0].base_url has to begin with http:// or https://");
  EXPECT_EQ(refused(R"({"providers": [{"base_url": "http://me:pw@a", "model": "m"}]})"), "providers[0].base_url may hold no query, fragment, blank or user");
  EXPECT_EQ(refused(R"({"providers": [{"base_url": "http://a", "model": "m", "max_token": 5}]})"), "providers[0] has an unknown member \"max_token\"");
  EXPECT_EQ(refused(R"({"providers": [{"base_url": "http://a", "model": "m", "temperature": 3}]})"), "providers[0].temperature is out of range");
  EXPECT_EQ(refused(R"({"providers": [{"base_url": "http://a", "model": "m", "max_tokens": 20.5}]})"), "providers[0].max_tokens has to be a whole number");
  EXPECT_EQ(refused(R"({"providers": [{"base_url": "http://a", "model": "m"}, {"base_url": "http://b", "model": "m"}]})"), "two providers have one name: m");
  EXPECT_EQ(refused(R"({"providers": [1]})"), "providers[0] has to be an object");
}

TEST_F(LlmConfigTest, FlowsMayHaveToolsWithoutAnyModel) {
  const auto config = parse_llm_config(R"({"tools": [{"name": "a", "description": "d", "url": "https://a/x"}]})", directory_.path());
  ASSERT_TRUE(config) << config.error().context;
  EXPECT_TRUE(config->providers.empty());
  EXPECT_EQ(refused("{}"), "it.providers is missing");
}

TEST_F(LlmConfigTest, ToolsAreListedWithTheirArguments) {
  const std::string providers = R"("providers": [{"base_url": "http://a", "model": "m"}])";
  const auto config = parse_llm_config("{" + providers + R"(, "tools": [{"name": "order_status", "description": "d", "url": "https://shop.example/o/{number}",
      "arguments": {"number": {"type": "string", "description": "its number"}}, "site_ids": [1, 2]}]})", directory_.path());
  ASSERT_TRUE(config) << config.error().context;
  EXPECT_EQ(config->tools.at(0).name(), "order_status");
  EXPECT_TRUE(config->tools.at(0).serves(SiteId(2)));
  EXPECT_EQ(refused("{" + providers + R"(, "tools": [{"name": "a b", "description": "d", "url": "https://a/x"}]})"), "tools[0].name may have letters, digits, _ and -, 64 at most");
  EXPECT_EQ(refused("{" + providers + R"(, "tools": [{"name": "a", "description": "d", "url": "https://a/x", "arguments": {"n": {"type": "object"}}}]})"), "tools[0].arguments.n.type has to be string, integer or boolean");
  EXPECT_EQ(refused("{" + providers + R"(, "tools": [{"name": "a", "description": "d", "url": "https://{n}/x", "arguments": {"n": {"type": "string"}}}]})"), "the host of tool a is not fixed");
}

TEST_F(LlmConfigTest, AKeyThatOthersMayReadOrThatIsNoneIsRefusedWithoutShowingIt) {
  const std::string json = R"({"providers": [{"base_url": "http://a", "model": "m", "api_key_file": "key"}]})";
  EXPECT_NE(refused(json).find("cannot be opened"), std::string::npos);
  write_key("sk-secret", std::filesystem::perms::owner_read | std::filesystem::perms::group_read);
  EXPECT_NE(refused(json).find("may be read by others"), std::string::npos);
  EXPECT_EQ(refused(json).find("sk-secret"), std::string::npos);
  ::setenv("CREDENTIALS_DIRECTORY", directory_.path().c_str(), 1);
  EXPECT_EQ(refused(json), "") << "a credential of systemd";
  write_key("sk-secret", std::filesystem::perms::owner_read | std::filesystem::perms::others_read);
  EXPECT_NE(refused(json).find("may be read by others"), std::string::npos);
  ::unsetenv("CREDENTIALS_DIRECTORY");
  write_key("two\nlines");
  EXPECT_NE(refused(json).find("holds no key"), std::string::npos);
  write_key("");
  EXPECT_NE(refused(json).find("holds no key"), std::string::npos);
}

}  // namespace
}  // namespace wk::ai
