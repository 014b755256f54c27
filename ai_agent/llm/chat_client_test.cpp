#include "ai_agent/llm/chat_client.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include "ai_agent/llm/limits.hpp"
#include "ai_agent/llm/test_stand_in.hpp"

namespace wk::ai {
namespace {

using namespace std::chrono_literals;

class ChatClientTest : public ::testing::Test {
 protected:
  ~ChatClientTest() override { EXPECT_TRUE(stand_in_.complaints().empty()) << stand_in_.complaints().front(); }

  ProviderConfig config() const {
    return {.name = "one", .base_url = stand_in_.base_url(), .model = "m", .api_key = "key-of-the-test", .first_token_timeout = 5s, .stall_timeout = 5s};
  }
  Result<ChatAnswer> ask(ProviderConfig config, std::stop_token stop = {}, OnChatText on_text = {}) {
    ChatClient client(std::move(config));
    return client.complete({.messages = {{ChatRole::kSystem, "Be brief."}, {ChatRole::kUser, "退货？"}}}, std::chrono::steady_clock::now() + 20s, stop, on_text);
  }
  Result<ChatAnswer> ask() { return ask(config()); }
  ErrorCode refusal(StandIn::Reply reply) {
    stand_in_.then(std::move(reply));
    const auto answer = ask();
    return answer ? ErrorCode::kInternal : answer.error().code;
  }

  StandIn stand_in_;
};

TEST_F(ChatClientTest, AsksAsThePublishedApiSaysAndReadsAStreamOfSingleBytes) {
  const std::string whole = StandIn::delta("七天") + StandIn::delta("内😀") + StandIn::finish() + StandIn::usage(31, 4) + StandIn::done();
  std::vector<std::string> bytes;
  for (const char c : whole) bytes.emplace_back(1, c);
  stand_in_.stream(bytes);
  std::string typed;
  const auto answer = ask(config(), {}, [&](std::string_view so_far) { typed = so_far; });
  ASSERT_TRUE(answer) << answer.error().context;
  EXPECT_EQ(answer->text, "七天内😀");
  EXPECT_EQ(typed, answer->text);
  EXPECT_EQ(answer->provider, "one");
  EXPECT_EQ(answer->usage.prompt_tokens, 31u);
  const auto asked = stand_in_.requests().at(0);
  EXPECT_EQ(asked["messages"][1]["content"], "退货？");
  EXPECT_EQ(asked["messages"][0]["role"], "system");
}

TEST_F(ChatClientTest, ToolsAndTheirResultsAreSentAsThePublishedApiSays) {
  stand_in_.stream({StandIn::delta("ok"), StandIn::finish(), StandIn::done()});
  ChatClient client(config());
  const ChatRequest request{.messages = {{ChatRole::kUser, "where is A-1"}, {.role = ChatRole::kAssistant, .tool_calls = {{"call_1", "order", "{}"}}}, {.role = ChatRole::kTool, .content = "sent", .tool_call_id = "call_1"}},
                            .tools = {{"order", "An order", R"({"type":"object"})"}}};
  EXPECT_TRUE(client.complete(request, std::chrono::steady_clock::now() + 20s, {}, {}));
  EXPECT_EQ(stand_in_.requests().at(0)["tools"][0]["function"]["parameters"]["type"], "object");
}

TEST_F(ChatClientTest, OneConnectionServesSeveralQuestions) {
  ChatClient client(config());
  for (int i = 0; i < 3; ++i) {
    stand_in_.stream({StandIn::delta("a"), StandIn::finish(), StandIn::done()}, StandIn::Then::kStayOpen);
    ASSERT_TRUE(client.complete({.messages = {{ChatRole::kUser, "?"}}}, std::chrono::steady_clock::now() + 20s, {}, {}));
  }
  EXPECT_EQ(stand_in_.connections(), 1u);
}

TEST_F(ChatClientTest, EachRefusalSaysWhatItMeans) {
  EXPECT_EQ(refusal({.status = 500}), ErrorCode::kUnavailable);
  EXPECT_EQ(refusal({.status = 503, .headers = {"Retry-After: 2"}}), ErrorCode::kUnavailable);
  EXPECT_EQ(refusal({.status = 401}), ErrorCode::kForbidden);
  EXPECT_EQ(refusal({.status = 400, .pieces = {R"({"error":{"message":"context too long"}})"}}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(refusal({.status = 302, .headers = {"Location: http://127.0.0.1:1/"}}), ErrorCode::kProtocol) << "not followed";
  EXPECT_EQ(refusal({.headers = {"Content-Type: text/html"}, .pieces = {"<html>"}}), ErrorCode::kProtocol);
}

TEST_F(ChatClientTest, TooManyRequestsSaysWhenToComeBackInSecondsOrAsADate) {
  stand_in_.then({.status = 429, .headers = {"Retry-After: 7"}, .pieces = {R"({"error":{"message":"slow down","code":"rate_limit_exceeded"}})"}});
  const auto answer = ask();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kBusy);
  EXPECT_EQ(answer.error().retry_after_ms, 7'000u);
  EXPECT_NE(answer.error().context.find("rate_limit_exceeded"), std::string::npos);
  // 1994-11-06 08:49:37 UTC
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:49:37 GMT", 784'111'700'000), 77s);
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:49:37 GMT", 784'111'999'000), 0s) << "it is past";
  EXPECT_EQ(parse_retry_after("99999999999999", 0), llm_limits::kRetryAfterMax);
  EXPECT_EQ(parse_retry_after("soon", 0), std::nullopt);
  EXPECT_EQ(parse_retry_after("", 0), std::nullopt);
}

TEST_F(ChatClientTest, AStallIsNoticedBeforeTheFirstWordAndInTheMiddle) {
  stand_in_.stream({": still thinking\n\n"}, StandIn::Then::kWaitForPeer);
  ProviderConfig slow = config();
  slow.first_token_timeout = 60ms;
  auto answer = ask(slow);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kTimeout);

  stand_in_.stream({StandIn::delta("Seven")}, StandIn::Then::kWaitForPeer);
  ProviderConfig stalls = config();
  stalls.stall_timeout = 60ms;
  answer = ask(stalls);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kTimeout);
}

TEST_F(ChatClientTest, ACutStreamIsNoAnswer) {
  stand_in_.stream({StandIn::delta("You may return it within")}, StandIn::Then::kReset);
  auto answer = ask();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kProtocol);
  stand_in_.stream({StandIn::delta("a"), "data: {\"choices\":"});
  answer = ask();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kProtocol);
}

TEST_F(ChatClientTest, WhoeverStopsItWaitsForNobody) {
  stand_in_.stream({StandIn::delta("a")}, StandIn::Then::kWaitForPeer);
  std::stop_source stop;
  const auto answer = ask(config(), stop.get_token(), [&](std::string_view) { stop.request_stop(); });
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kConflict);
}

TEST_F(ChatClientTest, ConnectionRefusedIsUnavailable) {
  ProviderConfig nobody = config();
  nobody.base_url = "http://127.0.0.1:1/v1";
  const auto answer = ask(nobody);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kUnavailable);
}

TEST_F(ChatClientTest, AHugeLineIsRefused) {
  stand_in_.stream({"data: " + std::string(llm_limits::kLineBytesMax + 1, 'x')});
  const auto answer = ask();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kTooLarge);
}

}  // namespace
}  // namespace wk::ai
