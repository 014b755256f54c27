#include "api/routes.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "api/file_store.hpp"
#include "api/json.hpp"

namespace wk::api {
namespace {

Route route(const char* path) { return {"GET", path, Access::kPublic, nullptr, ""}; }

TEST(Routes, MatchWholePathsAndTakeTheirValues) {
  EXPECT_TRUE(match(route("/agents"), "/agents"));
  EXPECT_EQ(match(route("/conversations/{id}/events"), "/conversations/7/events"), std::vector<std::string>{"7"});
  for (const char* bad : {"/conversations/7", "/conversations//events", "/conversations/7/events/", "/conversations/7/eventsx",
                          "/x/conversations/7/events", ""}) {
    EXPECT_FALSE(match(route("/conversations/{id}/events"), bad)) << bad;
  }
}

TEST(Routes, AreEachThereOnce) {
  std::set<std::string> seen;
  for (const Route& one : all_routes()) EXPECT_TRUE(seen.insert(one.method + " " + one.path).second) << one.path;
}

TEST(OpenApi, DescribesEveryRouteAndEveryReferenceResolves) {
  const auto document = nlohmann::json::parse(openapi_json());
  EXPECT_EQ(document["openapi"], "3.1.0");
  for (const Route& one : all_routes()) EXPECT_TRUE(document["paths"].contains(one.path)) << one.path;
  const std::string text = document.dump();
  constexpr std::string_view kPrefix = "#/components/schemas/";
  for (std::size_t at = text.find(kPrefix); at != std::string::npos; at = text.find(kPrefix, at + 1)) {
    const std::size_t begin = at + kPrefix.size();
    EXPECT_TRUE(document["components"]["schemas"].contains(text.substr(begin, text.find('"', begin) - begin)));
  }
}

TEST(Json, RefusesUnknownFieldsAndTakesAnEmptyBody) {
  ::weikeyi::v1::LoginRequest request;
  EXPECT_TRUE(from_json("", request));
  EXPECT_TRUE(from_json(R"({"email":"a@b.c"})", request));
  EXPECT_FALSE(from_json(R"({"emial":"a@b.c"})", request));
  EXPECT_FALSE(from_json("[", request));
}

TEST(Json, AProblemSaysNothingOfTheInside) {
  const HttpResponse response = problem({ErrorCode::kInternal, "secret detail", nullptr, 0});
  EXPECT_EQ(response.status, 500);
  EXPECT_EQ(std::get<std::string>(response.body).find("secret detail"), std::string::npos);
  EXPECT_EQ(problem({ErrorCode::kBusy, "full", nullptr, 1500}).status, 503);
  EXPECT_EQ(problem({ErrorCode::kBusy, "slow down", "too_many_attempts", 1500}).status, 429);
}

TEST(Files, OnlyTypesThatCannotActAreShownInline) {
  EXPECT_TRUE(shown_inline("image/png"));
  for (const char* active : {"image/svg+xml", "text/html", "application/pdf", "text/xml", "application/javascript", ""}) {
    EXPECT_FALSE(shown_inline(active)) << active;
  }
}

}  // namespace
}  // namespace wk::api
