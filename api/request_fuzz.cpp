// What a request of the REST API brings beside its head: paths, JSON bodies, names of files. And what is answered when it is
// wrong, which must be well-formed whatever stood in it.
#include <google/protobuf/stubs/logging.h>

#include <array>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "api/file_name.hpp"
#include "api/json.hpp"
#include "api/routes.hpp"
#include "base/assert.hpp"
#include "base/encoding.hpp"
#include "core/model/limits.hpp"
#include "core/session/origin.hpp"
#include "tests/fuzz/fuzz_input.hpp"
#include "weikeyi/v1/frame.pb.h"
#include "weikeyi/v1/resource.pb.h"

namespace wk::api {
namespace {

using google::protobuf::Message;

std::unique_ptr<Message> some_request(std::uint8_t choice) {
  static const v1::CreateVisitorSessionRequest kVisitor;
  static const v1::LoginRequest kLogin;
  static const v1::UpdateSiteRequest kSite;
  static const v1::UpdateAgentRequest kAgent;
  static const v1::CreateApiTokenRequest kToken;
  static const v1::Append kAppend;
  static const std::array<const Message*, 6> kAll{&kVisitor, &kLogin, &kSite, &kAgent, &kToken, &kAppend};
  return std::unique_ptr<Message>(kAll[choice % kAll.size()]->New());
}

void check_problem(const Error& error) {
  const HttpResponse response = problem(error);
  const auto* body = std::get_if<std::string>(&response.body);
  WK_ASSERT(body != nullptr && nlohmann::json::accept(*body));
}

void try_body(fuzz::Input input) {
  const std::unique_ptr<Message> message = some_request(input.byte());
  if (auto parsed = from_json(input.rest(), *message); !parsed) {
    WK_ASSERT(http_status(parsed.error()) == 400);
    return check_problem(parsed.error());
  }
  const std::string json = to_json(*message);
  WK_ASSERT(utf8_valid(json) && nlohmann::json::accept(json));
  const std::unique_ptr<Message> again(message->New());
  WK_ASSERT(from_json(json, *again));
  WK_ASSERT(to_json(*again) == json);
}

void try_path(std::string_view path) {
  int matching = 0;
  for (const Route& route : all_routes()) {
    const auto values = match(route, path);
    if (!values) continue;
    ++matching;
    for (const std::string& value : *values) WK_ASSERT(!value.empty() && value.find('/') == std::string::npos);
  }
  WK_ASSERT(matching <= 8);
}

void try_file_name(std::string_view given) {
  const std::string name = attachment_name(given);
  WK_ASSERT(!name.empty() && name.size() <= limits::kNameBytesMax && utf8_valid(name));
  WK_ASSERT(name.find_first_of("/\\") == std::string::npos);
  for (const char c : name) WK_ASSERT(static_cast<unsigned char>(c) >= 0x20 && c != 0x7F);
  const std::string header = content_disposition(given.size() % 2 == 0, name);
  for (const char c : header) WK_ASSERT(c >= 0x20 && c < 0x7F);
  // Two quotes, those around the fallback: nothing of a name can end it early.
  WK_ASSERT(std::count(header.begin(), header.end(), '"') == 2);
}

void try_problem(std::string_view text) { check_problem({ErrorCode::kInvalidArgument, std::string(text), nullptr, 0}); }

void try_origin(fuzz::Input input) {
  const std::string allowed(input.line());
  const std::string origin(input.rest());
  v1::Site site;
  site.add_allowed_origins("https://shop.example");
  WK_ASSERT(origin_allowed(site, "https://shop.example"));
  if (!origin.empty() && origin_allowed(site, origin)) WK_ASSERT(equals_ignoring_case(origin, "https://shop.example"));
  site.add_allowed_origins(allowed);
  (void)origin_allowed(site, origin);
}

}  // namespace
}  // namespace wk::api

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wk::api;
  // As the server does (server/main.cpp).
  [[maybe_unused]] static const auto logged = google::protobuf::SetLogHandler(nullptr);
  wk::fuzz::Input input(data, size);
  switch (input.byte() % 5) {
    case 0: try_body(input); break;
    case 1: try_path(input.rest()); break;
    case 2: try_file_name(input.rest()); break;
    case 3: try_problem(input.rest()); break;
    default: try_origin(input); break;
  }
  return 0;
}
