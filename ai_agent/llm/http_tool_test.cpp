#include "ai_agent/llm/http_tool.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "ai_agent/llm/test_stand_in.hpp"

namespace wk::ai {
namespace {

using namespace std::chrono_literals;

HttpToolConfig order(const std::string& url) {
  return {.name = "order", .description = "An order", .url = url, .arguments = {{.name = "number"}, {.name = "lang", .one_of = {"en", "zh"}}}, .timeout = 5s, .response_bytes_max = 100};
}
std::string url_of(const std::string& arguments) {
  const auto url = HttpTool::make(order("https://shop.example/orders/{number}?lang={lang}"))->url_for(arguments);
  return url ? *url : "";
}

TEST(HttpTool, ArgumentsStayInTheirPlaces) {
  EXPECT_EQ(url_of(R"({"number":"A-1","lang":"en"})"), "https://shop.example/orders/A-1?lang=en");
  EXPECT_EQ(url_of(R"({"number":"../admin?x=1#y@evil.example/","lang":"zh"})"), "https://shop.example/orders/..%2Fadmin%3Fx%3D1%23y%40evil.example%2F?lang=zh");
  EXPECT_EQ(url_of(R"({"number":"{lang}","lang":"zh"})"), "https://shop.example/orders/%7Blang%7D?lang=zh");
  EXPECT_EQ(url_of(R"({"number":"订单\r\nHost: x","lang":"zh"})"), "https://shop.example/orders/%E8%AE%A2%E5%8D%95%0D%0AHost%3A%20x?lang=zh");
}

TEST(HttpTool, WhatDoesNotFitTheSchemaIsNotAsked) {
  for (const char* arguments : {"", "[]", "{", R"({"number":"1"})", R"({"number":1,"lang":"en"})", R"({"number":"1","lang":"fr"})", R"({"number":"..","lang":"en"})", R"({"number":"","lang":"en"})",
                                R"({"number":"1","lang":"en","more":"x"})", R"({"number":["1"],"lang":"en"})"}) {
    EXPECT_EQ(url_of(arguments), "") << arguments;
  }
  EXPECT_EQ(url_of(R"({"number":")" + std::string(201, 'x') + R"(","lang":"en"})"), "");
}

TEST(HttpTool, TheHostIsTheOperatorsAlone) {
  for (const char* url : {"https://{number}/x?lang={lang}", "https://{number}.shop.example/{lang}", "ftp://a/{number}{lang}", "https://shop.example", "https:///x/{number}/{lang}", "https://a/{number}", "https://a/{number}/{lang}/{other}",
                          "https://a/{number}/{lang", "https://u:p@a/{number}/{lang}"}) {
    EXPECT_FALSE(HttpTool::make(order(url))) << url;
  }
}

TEST(HttpTool, TellsTheModelItsSchema) {
  const ToolSpec spec = HttpTool::make(order("https://a/{number}?{lang}"))->spec();
  const auto schema = nlohmann::json::parse(spec.parameters);
  EXPECT_EQ(schema["required"], (nlohmann::json{"number", "lang"}));
  EXPECT_EQ(schema["additionalProperties"], false);
  EXPECT_EQ(schema["properties"]["lang"]["enum"], (nlohmann::json{"en", "zh"}));
}

TEST(HttpTool, TextsBecomeWhatTheArgumentsWant) {
  StandIn shop;
  const auto tool = HttpTool::make({.name = "t", .url = shop.base_url() + "/t/{text}/{count}", .arguments = {{.name = "text"}, {.name = "count", .type = ToolArgument::Type::kInteger}}, .timeout = 5s});
  shop.then({.headers = {"Content-Type: text/plain"}, .pieces = {"yes"}});
  EXPECT_EQ(*tool->call_with({{"text", "17"}, {"count", "17"}}, {}), "yes");
  for (const char* count : {"many", "1.5", "\"17\"", ""}) EXPECT_FALSE(tool->call_with({{"text", "17"}, {"count", count}}, {})) << count;
  EXPECT_FALSE(tool->call_with({{"text", "17"}}, {}));
}

TEST(HttpTool, ReadsAShortAnswerOfTheRightKindAndFollowsNobody) {
  StandIn shop;
  const auto tool = HttpTool::make({.name = "t", .url = shop.base_url() + "/t", .timeout = 5s, .response_bytes_max = 100});
  const auto call = [&](StandIn::Reply reply) {
    shop.then(std::move(reply));
    return tool->call("{}", {});
  };
  EXPECT_EQ(*call({.headers = {"Content-Type: application/json; charset=utf-8"}, .pieces = {"{\"a\":", "1}"}}), "{\"a\":1}");
  const auto code = [](const Result<std::string>& result) { return result ? ErrorCode::kInternal : result.error().code; };
  EXPECT_EQ(code(call({.headers = {"Content-Type: text/plain"}, .pieces = {std::string(101, 'x')}})), ErrorCode::kTooLarge);
  EXPECT_EQ(code(call({.headers = {"Content-Type: text/html"}, .pieces = {"<p>"}})), ErrorCode::kProtocol);
  EXPECT_EQ(code(call({.headers = {"Content-Type: text/plain"}, .pieces = {"\xff"}})), ErrorCode::kProtocol);
  EXPECT_EQ(code(call({.status = 302, .headers = {"Location: " + shop.base_url() + "/other"}})), ErrorCode::kUnavailable);
  EXPECT_EQ(code(call({.status = 404})), ErrorCode::kNotFound);
  EXPECT_EQ(code(call({.status = 500})), ErrorCode::kUnavailable);
  for (const std::string& head : shop.heads()) EXPECT_TRUE(head.starts_with("GET /v1/t HTTP/1.1")) << head;
  EXPECT_EQ(shop.heads().size(), 7u);
  const auto slow = HttpTool::make({.name = "t", .url = shop.base_url() + "/t", .timeout = 60ms});
  shop.then({.headers = {"Content-Type: text/plain"}, .then = StandIn::Then::kWaitForPeer});
  EXPECT_EQ(code(slow->call("{}", {})), ErrorCode::kTimeout);
}

TEST(HttpTool, ServesTheSitesItIsFor) {
  const auto tool = HttpTool::make({.name = "t", .url = "https://a/t", .site_ids = {3}});
  EXPECT_TRUE(tool->serves(SiteId(3)));
  EXPECT_FALSE(tool->serves(SiteId(4)));
  EXPECT_TRUE(HttpTool::make({.name = "t", .url = "https://a/t"})->serves(SiteId(4)));
}

}  // namespace
}  // namespace wk::ai
