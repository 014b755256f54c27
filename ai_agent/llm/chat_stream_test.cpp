#include "ai_agent/llm/chat_stream.hpp"

#include <gtest/gtest.h>

#include "ai_agent/llm/limits.hpp"
#include "ai_agent/llm/test_stand_in.hpp"

namespace wk::ai {
namespace {

Result<ChatAnswer> read(const std::string& bytes, std::size_t piece, std::vector<std::string>* texts = nullptr) {
  ChatStream stream([&](std::string_view so_far) {
    if (texts != nullptr) texts->emplace_back(so_far);
  });
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    if (auto fed = stream.feed(std::string_view(bytes).substr(at, piece)); !fed) return fail(fed.error());
  }
  return stream.end();
}

const std::string kAnswer = StandIn::event(StandIn::chunk({{"role", "assistant"}, {"content", ""}})) + ": keep-alive\n\n" + StandIn::delta("七天内可以") + StandIn::delta("退货😀 [1]") +
                            StandIn::finish() + StandIn::usage(120, 9) + StandIn::done();

TEST(ChatStream, ReadsTheSameInPiecesOfAnySize) {
  for (std::size_t piece = 1; piece < 40; ++piece) {
    std::vector<std::string> texts;
    const auto answer = read(kAnswer, piece, &texts);
    ASSERT_TRUE(answer) << answer.error().context;
    EXPECT_EQ(answer->text, "七天内可以退货😀 [1]");
    EXPECT_EQ(answer->finish, ChatFinish::kStop);
    EXPECT_EQ(answer->usage.prompt_tokens, 120u);
    EXPECT_EQ(answer->usage.completion_tokens, 9u);
    EXPECT_EQ(answer->model, "stand-in");
    EXPECT_EQ(texts, (std::vector<std::string>{"七天内可以", "七天内可以退货😀 [1]"}));
  }
}

TEST(ChatStream, KnowsEveryLineEndAndEventsOfSeveralLines) {
  EXPECT_EQ(read("\xEF\xBB\xBF" "data:{\"choices\":[{\"index\":0,\r\ndata: \"delta\":{\"content\":\"a\"}}]}\r\n\r\nevent: x\rid: 1\rdata: [DONE]\r\r", 1)->text, "a");
}

TEST(ChatStream, AToolCallComesInPieces) {
  const auto call = [](nlohmann::json one) { return StandIn::event(StandIn::chunk({{"tool_calls", {std::move(one)}}})); };
  const auto answer = read(call({{"index", 0}, {"id", "call_1"}, {"type", "function"}, {"function", {{"name", "order_status"}, {"arguments", ""}}}}) +
                               call({{"index", 0}, {"function", {{"arguments", "{\"number\":"}}}}) + call({{"index", 0}, {"function", {{"arguments", "\"A-1\"}"}}}}) +
                               call({{"index", 1}, {"id", "call_2"}, {"function", {{"name", "x"}, {"arguments", "{}"}}}}) + StandIn::finish("tool_calls") + StandIn::done(),
                           7);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->finish, ChatFinish::kToolCalls);
  EXPECT_EQ(answer->tool_calls, (std::vector<ToolCall>{{"call_1", "order_status", "{\"number\":\"A-1\"}"}, {"call_2", "x", "{}"}}));
}

TEST(ChatStream, WithoutDoneAFinishReasonIsEnoughAndWithoutBothItWasCut) {
  EXPECT_TRUE(read(StandIn::delta("a") + StandIn::finish(), 3));
  EXPECT_TRUE(read(StandIn::delta("a") + "data: [DONE]\n", 3)) << "its blank line is missing";
  for (const std::string& cut : {StandIn::delta("a"), std::string(), std::string("data: {\"choi"), std::string("data: [DON")}) {
    const auto answer = read(cut, 5);
    ASSERT_FALSE(answer) << cut;
    EXPECT_EQ(answer.error().code, ErrorCode::kProtocol);
  }
}

TEST(ChatStream, AnErrorInsideTheStreamEndsIt) {
  const auto answer = read(StandIn::delta("a") + StandIn::event({{"error", {{"message", "overloaded, you wrote: x"}, {"type", "server_error"}, {"code", nullptr}}}}) + StandIn::done(), 9);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kUnavailable);
  EXPECT_NE(answer.error().context.find("server_error"), std::string::npos);
  EXPECT_EQ(answer.error().context.find("you wrote"), std::string::npos) << "it may repeat what people wrote";
}

TEST(ChatStream, WhatIsMalformedIsRefused) {
  for (const char* data : {"nonsense", "[]", "{\"choices\":1}", "{\"choices\":[1]}", "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\xff\"}}]}",
                           "{\"choices\":[{\"delta\":{\"tool_calls\":{}}}]}", "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":-1}]}}]}", "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":3}]}}]}"}) {
    const auto answer = read(std::string("data: ") + data + "\n\n" + StandIn::finish() + StandIn::done(), 100);
    ASSERT_FALSE(answer) << data;
    EXPECT_EQ(answer.error().code, ErrorCode::kProtocol) << data;
  }
}

TEST(ChatStream, EverySizeHasABound) {
  const std::string name(llm_limits::kToolNameBytesMax + 1, 'n');
  std::string many;
  for (std::size_t i = 0; i <= llm_limits::kToolCallsMax; ++i) many += StandIn::event(StandIn::chunk({{"tool_calls", {{{"index", i}}}}}));
  std::string long_answer;
  for (std::size_t i = 0; i <= llm_limits::kAnswerBytesMax / 1'000; ++i) long_answer += StandIn::delta(std::string(1'000, 'x'));
  const std::string arguments(llm_limits::kToolArgumentsBytesMax + 1, '1');
  std::string event_of_many_lines;
  for (std::size_t i = 0; i <= llm_limits::kLineBytesMax / 1'000; ++i) event_of_many_lines += "data: " + std::string(1'000, 'x') + "\n";
  for (const std::string& bytes :
       {std::string("data: ") + std::string(llm_limits::kLineBytesMax, 'x'), std::string(llm_limits::kStreamBytesMax + 1, '\n'), long_answer, many, event_of_many_lines,
        StandIn::event(StandIn::chunk({{"tool_calls", {{{"index", 0}, {"function", {{"name", name}}}}}}})),
        StandIn::event(StandIn::chunk({{"tool_calls", {{{"index", 0}, {"function", {{"arguments", arguments}}}}}}}))}) {
    const auto answer = read(bytes, 4'096);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::kTooLarge) << bytes.substr(0, 80);
  }
}

}  // namespace
}  // namespace wk::ai
