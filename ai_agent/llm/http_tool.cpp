#include "ai_agent/llm/http_tool.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "ai_agent/llm/chat_client.hpp"
#include "ai_agent/llm/curl_handles.hpp"
#include "ai_agent/llm/limits.hpp"
#include "base/encoding.hpp"

namespace wk::ai {
namespace {

using Json = nlohmann::ordered_json;

tl::unexpected<Error> wrong(std::string what) { return fail(ErrorCode::kInvalidArgument, std::move(what)); }

std::string escaped(std::string_view value) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') || byte == '-' || byte == '_' || byte == '.' || byte == '~';
    if (plain) {
      out += c;
    } else {
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  return out;
}

// JSON Schema's.
const char* type_name(ToolArgument::Type type) {
  switch (type) {
    case ToolArgument::Type::kInteger: return "integer";
    case ToolArgument::Type::kBoolean: return "boolean";
    case ToolArgument::Type::kString: break;
  }
  return "string";
}

Result<std::string> value_of(const ToolArgument& argument, const Json& json) {
  switch (argument.type) {
    case ToolArgument::Type::kInteger:
      if (!json.is_number_integer()) return wrong(argument.name + " has to be a whole number");
      return json.dump();
    case ToolArgument::Type::kBoolean:
      if (!json.is_boolean()) return wrong(argument.name + " has to be true or false");
      return json.dump();
    case ToolArgument::Type::kString: break;
  }
  if (!json.is_string()) return wrong(argument.name + " has to be a text");
  std::string value = json.get<std::string>();
  // "." and ".." as a part of a path would be another path.
  const bool dots = !value.empty() && value.find_first_not_of('.') == std::string::npos;
  if (value.empty() || dots || value.size() > llm_limits::kToolArgumentBytesMax) return wrong(argument.name + " is empty, too long, or dots");
  if (!argument.one_of.empty() && std::find(argument.one_of.begin(), argument.one_of.end(), value) == argument.one_of.end()) return wrong(argument.name + " is none of its values");
  return value;
}

struct Arrival {
  std::string body;
  std::size_t bytes_max = 0;
  bool too_large = false;
  std::stop_token stop;

  static std::size_t on_body(char* bytes, std::size_t one, std::size_t count, void* self) {
    auto& arrival = *static_cast<Arrival*>(self);
    if (arrival.body.size() + one * count > arrival.bytes_max) {
      arrival.too_large = true;
      return 0;
    }
    arrival.body.append(bytes, one * count);
    return one * count;
  }
  // libcurl calls it at least once a second.
  static int on_progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) { return static_cast<Arrival*>(self)->stop.stop_requested() ? 1 : 0; }
};

}  // namespace

Result<HttpTool> HttpTool::make(HttpToolConfig config) {
  const std::string& url = config.url;
  const std::size_t scheme = url.find("://");
  const std::size_t path = scheme == std::string::npos ? scheme : url.find('/', scheme + 3);
  if (!(url.starts_with("https://") || url.starts_with("http://")) || path == std::string::npos || path == scheme + 3) return wrong("the address of tool " + config.name + " names no host and path");
  // The host is the operator's alone.
  if (url.substr(0, path).find_first_of("{}@ ") != std::string::npos) return wrong("the host of tool " + config.name + " is not fixed");
  std::vector<std::string> places;
  for (std::size_t at = url.find('{'); at != std::string::npos; at = url.find('{', at + 1)) {
    const std::size_t end = url.find('}', at);
    if (end == std::string::npos) return wrong("the address of tool " + config.name + " has an open place");
    places.push_back(url.substr(at + 1, end - at - 1));
  }
  for (const std::string& place : places) {
    if (std::none_of(config.arguments.begin(), config.arguments.end(), [&](const ToolArgument& one) { return one.name == place; })) {
      return wrong("the place {" + place + "} of tool " + config.name + " is no argument");
    }
  }
  for (const ToolArgument& argument : config.arguments) {
    if (std::find(places.begin(), places.end(), argument.name) == places.end()) return wrong("the argument " + argument.name + " of tool " + config.name + " has no place in its address");
  }
  return HttpTool(std::move(config));
}

bool HttpTool::serves(SiteId site) const {
  return config_.site_ids.empty() || std::find(config_.site_ids.begin(), config_.site_ids.end(), site.value()) != config_.site_ids.end();
}

ToolSpec HttpTool::spec() const {
  Json schema{{"type", "object"}, {"properties", Json::object()}, {"required", Json::array()}, {"additionalProperties", false}};
  for (const ToolArgument& argument : config_.arguments) {
    Json& one = schema["properties"][argument.name] = {{"type", type_name(argument.type)}};
    if (!argument.description.empty()) one["description"] = argument.description;
    if (!argument.one_of.empty()) one["enum"] = argument.one_of;
    schema["required"].push_back(argument.name);
  }
  return {.name = config_.name, .description = config_.description, .parameters = schema.dump(-1, ' ', false, Json::error_handler_t::replace)};
}

::weikeyi::v1::BotTool HttpTool::listed() const {
  ::weikeyi::v1::BotTool tool;
  tool.set_name(config_.name);
  tool.set_description(config_.description);
  for (const ToolArgument& argument : config_.arguments) {
    ::weikeyi::v1::BotToolArgument& one = *tool.add_arguments();
    one.set_name(argument.name);
    one.set_description(argument.description);
    one.set_type(type_name(argument.type));
    for (const std::string& value : argument.one_of) one.add_one_of(value);
  }
  for (const std::uint64_t site : config_.site_ids) tool.add_site_ids(site);
  return tool;
}

Result<std::string> HttpTool::url_for(const std::string& arguments_json) const {
  const Json given = Json::parse(arguments_json, nullptr, false);
  if (!given.is_object()) return wrong("the arguments are no JSON object");
  for (const auto& [name, value] : given.items()) {
    if (std::none_of(config_.arguments.begin(), config_.arguments.end(), [&](const ToolArgument& one) { return one.name == name; })) return wrong("an argument that the tool does not have");
  }
  std::string url = config_.url;
  // From the end, so that a value that looks like a place is none.
  for (std::size_t open = url.rfind('{'); open != std::string::npos; open = open == 0 ? std::string::npos : url.rfind('{', open - 1)) {
    const std::size_t close = url.find('}', open);
    const std::string name = url.substr(open + 1, close - open - 1);
    const auto argument = std::find_if(config_.arguments.begin(), config_.arguments.end(), [&](const ToolArgument& one) { return one.name == name; });
    const auto value = given.find(name);
    if (value == given.end()) return wrong(name + " is missing");
    WK_TRY(const std::string text, value_of(*argument, *value));
    url.replace(open, close - open + 1, escaped(text));
  }
  return url;
}

Result<std::string> HttpTool::call_with(const std::vector<std::pair<std::string, std::string>>& arguments, std::stop_token stop) const {
  Json json = Json::object();
  for (const auto& [name, text] : arguments) {
    const auto argument = std::find_if(config_.arguments.begin(), config_.arguments.end(), [&](const ToolArgument& one) { return one.name == name; });
    const bool is_text = argument == config_.arguments.end() || argument->type == ToolArgument::Type::kString;
    json[name] = is_text ? Json(text) : Json::parse(text, nullptr, false);
    if (json[name].is_discarded()) return wrong(name + " does not fit its type");
  }
  return call(json.dump(-1, ' ', false, Json::error_handler_t::replace), std::move(stop));
}

Result<std::string> HttpTool::call(const std::string& arguments_json, std::stop_token stop) const {
  WK_TRY(const std::string url, url_for(arguments_json));
  WK_TRY_VOID(ChatClient::start_library());
  const Easy easy(curl_easy_init());
  Headers headers;
  headers.add("Accept: application/json, text/plain");
  if (!config_.api_key.empty()) headers.add("Authorization: Bearer " + config_.api_key);
  if (!easy || !headers.complete()) return fail(ErrorCode::kUnavailable, "libcurl has no memory");
  Arrival arrival{.body = {}, .bytes_max = config_.response_bytes_max, .stop = stop};
  const auto set = [&](CURLoption option, auto value) { return curl_easy_setopt(easy.get(), option, value) == CURLE_OK; };
  const bool ready = set(CURLOPT_URL, url.c_str()) && set(CURLOPT_PROTOCOLS_STR, "http,https") && set(CURLOPT_PATH_AS_IS, 1L) && set(CURLOPT_HTTPGET, 1L) && set(CURLOPT_HTTPHEADER, headers.get()) &&
                     set(CURLOPT_FOLLOWLOCATION, 0L) && set(CURLOPT_NOSIGNAL, 1L) && set(CURLOPT_PROXY, "") && set(CURLOPT_TIMEOUT_MS, static_cast<long>(config_.timeout.count())) &&
                     set(CURLOPT_USERAGENT, "weikeyi") && set(CURLOPT_WRITEFUNCTION, &Arrival::on_body) && set(CURLOPT_WRITEDATA, static_cast<void*>(&arrival)) && set(CURLOPT_NOPROGRESS, 0L) &&
                     set(CURLOPT_XFERINFOFUNCTION, &Arrival::on_progress) && set(CURLOPT_XFERINFODATA, static_cast<void*>(&arrival));
  if (!ready) return fail(ErrorCode::kUnavailable, "libcurl refuses an option");
  const CURLcode result = curl_easy_perform(easy.get());
  if (arrival.too_large) return fail(ErrorCode::kTooLarge, "the tool " + config_.name + " answers too much");
  if (result == CURLE_OPERATION_TIMEDOUT) return fail(ErrorCode::kTimeout, "the tool " + config_.name + " took too long");
  if (result != CURLE_OK) return fail(ErrorCode::kUnavailable, "the tool " + config_.name + ": " + curl_easy_strerror(result));
  long status = 0;
  const char* type = nullptr;
  curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(easy.get(), CURLINFO_CONTENT_TYPE, &type);
  if (status == 404) return fail(ErrorCode::kNotFound, "the tool " + config_.name + " found nothing");
  if (status < 200 || status > 299) return fail(ErrorCode::kUnavailable, "the tool " + config_.name + " answered with status " + std::to_string(status));
  const std::string_view media = type == nullptr ? "" : type;
  if (!media.starts_with("application/json") && !media.starts_with("text/plain")) return fail(ErrorCode::kProtocol, "the tool " + config_.name + " answers neither JSON nor text");
  if (!utf8_valid(arrival.body)) return fail(ErrorCode::kProtocol, "the tool " + config_.name + " answers no UTF-8");
  return std::move(arrival.body);
}

}  // namespace wk::ai
