#include "ai_agent/llm/llm_config.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <initializer_list>
#include <nlohmann/json.hpp>

#include "ai_agent/llm/limits.hpp"

namespace wk::ai {
namespace {

using Json = nlohmann::json;

// Reads members of one object and remembers the first thing that is wrong.
class Members {
 public:
  Members(const Json& object, std::string where) : object_(object), where_(std::move(where)) {
    if (!object.is_object()) wrong("", "has to be an object");
  }

  void text(const char* name, std::string& out, bool required) {
    const Json* value = find(name, required);
    if (value == nullptr) return;
    if (!value->is_string() || (required && value->get_ref<const std::string&>().empty())) return wrong(name, "has to be a text");
    out = value->get<std::string>();
    if (std::any_of(out.begin(), out.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; })) wrong(name, "has a control character");
  }
  void number(const char* name, double& out, double at_least, double at_most) {
    const Json* value = find(name, false);
    if (value == nullptr) return;
    if (!value->is_number()) return wrong(name, "has to be a number");
    const double given = value->get<double>();
    if (!(given >= at_least && given <= at_most)) return wrong(name, "is out of range");
    out = given;
  }
  template <typename Integer>
  void count(const char* name, Integer& out, double at_least, double at_most) {
    double given = static_cast<double>(out);
    number(name, given, at_least, at_most);
    if (given != std::floor(given)) return wrong(name, "has to be a whole number");
    out = static_cast<Integer>(given);
  }
  void milliseconds(const char* name, Milliseconds& out, std::int64_t at_least) {
    std::int64_t given = out.count();
    count(name, given, static_cast<double>(at_least), 600'000);
    out = Milliseconds(given);
  }
  const Json* find(const char* name, bool required) {
    known_.push_back(name);
    if (!object_.is_object()) return nullptr;
    const auto found = object_.find(name);
    if (found != object_.end()) return &*found;
    if (required) wrong(name, "is missing");
    return nullptr;
  }
  void wrong(const char* name, const char* what) {
    if (wrong_.empty()) wrong_ = where_ + (*name == 0 ? "" : ".") + name + " " + what;
  }
  Result<void> done() {
    if (object_.is_object()) {
      for (const auto& [name, value] : object_.items()) {
        if (std::find(known_.begin(), known_.end(), name) == known_.end() && wrong_.empty()) wrong_ = where_ + " has an unknown member \"" + name.substr(0, 60) + "\"";
      }
    }
    if (!wrong_.empty()) return fail(ErrorCode::kInvalidArgument, wrong_);
    return {};
  }

 private:
  const Json& object_;
  const std::string where_;
  std::vector<std::string> known_;
  std::string wrong_;
};

Result<std::string> read_key(const std::filesystem::path& file) {
  const auto wrong = [&](const char* what) { return fail(ErrorCode::kInvalidArgument, "the key file " + file.string() + " " + what); };
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return wrong("cannot be opened");
  struct stat status {};
  std::string key(llm_limits::kKeyBytesMax + 1, '\0');
  const bool known = ::fstat(fd, &status) == 0;
  const ssize_t got = known && S_ISREG(status.st_mode) ? ::read(fd, key.data(), key.size()) : -1;
  ::close(fd);
  if (got < 0) return wrong("is no file that can be read");
  // What systemd hands to a service is the service's alone, but shows as readable for a group: its right is an entry of an ACL.
  const char* credentials = std::getenv("CREDENTIALS_DIRECTORY");
  const bool handed = credentials != nullptr && file.parent_path() == std::filesystem::path(credentials);
  if ((status.st_mode & (handed ? 037 : 077)) != 0) return wrong("may be read by others than its owner: chmod 600");
  key.resize(static_cast<std::size_t>(got));
  if (key.size() > llm_limits::kKeyBytesMax) return wrong("is too long for a key");
  while (!key.empty() && (key.back() == '\n' || key.back() == '\r' || key.back() == ' ')) key.pop_back();
  // It goes into a header.
  if (key.empty() || std::any_of(key.begin(), key.end(), [](char c) { return c <= 0x20 || c >= 0x7f; })) return wrong("holds no key");
  return key;
}

Result<ProviderConfig> provider(const Json& json, std::size_t number, const std::filesystem::path& directory) {
  ProviderConfig config;
  Members members(json, "providers[" + std::to_string(number) + "]");
  std::string key_file;
  members.text("base_url", config.base_url, true);
  members.text("model", config.model, true);
  members.text("name", config.name, false);
  members.text("api_key_file", key_file, false);
  members.text("proxy", config.proxy, false);
  members.milliseconds("connect_timeout_ms", config.connect_timeout, 1);
  members.milliseconds("first_token_timeout_ms", config.first_token_timeout, 1);
  members.milliseconds("stall_timeout_ms", config.stall_timeout, 1);
  members.milliseconds("total_timeout_ms", config.total_timeout, 1);
  members.number("input_price_per_million", config.input_price, 0, 1e6);
  members.number("output_price_per_million", config.output_price, 0, 1e6);
  members.number("temperature", config.temperature, 0, 2);
  members.count("max_tokens", config.max_tokens, 16, 8'192);
  members.count("context_tokens", config.context_tokens, 1'024, 1'000'000);
  if (!config.base_url.starts_with("http://") && !config.base_url.starts_with("https://")) members.wrong("base_url", "has to begin with http:// or https://");
  if (config.base_url.find_first_of("?# @") != std::string::npos) members.wrong("base_url", "may hold no query, fragment, blank or user");
  WK_TRY_VOID(members.done());
  while (config.base_url.ends_with('/')) config.base_url.pop_back();
  if (config.name.empty()) config.name = config.model;
  if (!key_file.empty()) {
    WK_TRY(config.api_key, read_key(directory / key_file));
  }
  return config;
}

Result<ToolArgument> tool_argument(const std::string& name, const Json& json, const std::string& where) {
  ToolArgument argument{.name = name};
  Members members(json, where + ".arguments." + name);
  std::string type;
  members.text("type", type, true);
  members.text("description", argument.description, false);
  if (type == "integer") argument.type = ToolArgument::Type::kInteger;
  else if (type == "boolean") argument.type = ToolArgument::Type::kBoolean;
  else if (type != "string") members.wrong("type", "has to be string, integer or boolean");
  if (const Json* values = members.find("enum", false)) {
    const auto text = [](const Json& one) { return one.is_string(); };
    if (!values->is_array() || values->size() > 100 || !std::all_of(values->begin(), values->end(), text)) {
      members.wrong("enum", "has to be an array of texts");
    } else {
      argument.one_of = values->get<std::vector<std::string>>();
    }
  }
  WK_TRY_VOID(members.done());
  return argument;
}

Result<HttpTool> tool(const Json& json, std::size_t number, const std::filesystem::path& directory) {
  HttpToolConfig config;
  const std::string where = "tools[" + std::to_string(number) + "]";
  Members members(json, where);
  std::string key_file;
  members.text("name", config.name, true);
  members.text("description", config.description, true);
  members.text("url", config.url, true);
  members.text("api_key_file", key_file, false);
  members.milliseconds("timeout_ms", config.timeout, 1);
  members.count("response_bytes_max", config.response_bytes_max, 16, static_cast<double>(llm_limits::kToolResponseBytesMax));
  const Json* arguments = members.find("arguments", false);
  if (arguments != nullptr && (!arguments->is_object() || arguments->size() > llm_limits::kToolArgumentsMax)) members.wrong("arguments", "has to be an object of at most 8");
  const Json* sites = members.find("site_ids", false);
  const auto is_id = [](const Json& one) { return one.is_number_unsigned(); };
  if (sites != nullptr && (!sites->is_array() || !std::all_of(sites->begin(), sites->end(), is_id))) members.wrong("site_ids", "has to be an array of numbers");
  const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-'; };
  if (config.name.size() > llm_limits::kToolNameBytesMax || !std::all_of(config.name.begin(), config.name.end(), allowed)) members.wrong("name", "may have letters, digits, _ and -, 64 at most");
  WK_TRY_VOID(members.done());
  if (arguments != nullptr) {
    for (const auto& [name, one] : arguments->items()) {
      WK_TRY(ToolArgument made, tool_argument(name, one, where));
      config.arguments.push_back(std::move(made));
    }
  }
  if (sites != nullptr) config.site_ids = sites->get<std::vector<std::uint64_t>>();
  if (!key_file.empty()) {
    WK_TRY(config.api_key, read_key(directory / key_file));
  }
  return HttpTool::make(std::move(config));
}

}  // namespace

Result<LlmConfig> parse_llm_config(std::string_view text, const std::filesystem::path& directory) {
  const Json json = Json::parse(text, nullptr, false, true);
  if (json.is_discarded()) return fail(ErrorCode::kInvalidArgument, "it is no JSON");
  LlmConfig config;
  Members members(json, "it");
  const Json* providers = members.find("providers", false);
  members.milliseconds("answer_within_ms", config.answer_within, 100);
  members.count("conversation_tokens_max", config.conversation_tokens_max, 0, 1e12);
  members.number("conversation_cost_max", config.conversation_cost_max, 0, 1e9);
  members.count("site_tokens_per_day_max", config.site_tokens_per_day_max, 0, 1e12);
  members.number("site_cost_per_day_max", config.site_cost_per_day_max, 0, 1e9);
  std::int64_t cache_seconds = config.cache_for.count() / 1'000;
  members.count("cache_seconds", cache_seconds, 0, 86'400);
  config.cache_for = std::chrono::seconds(cache_seconds);
  if (providers != nullptr && (!providers->is_array() || providers->empty() || providers->size() > llm_limits::kProvidersMax)) {
    members.wrong("providers", "has to be an array of 1 to 8");
  }
  const Json* tools = members.find("tools", false);
  if (tools != nullptr && (!tools->is_array() || tools->size() > llm_limits::kToolsMax)) members.wrong("tools", "has to be an array of at most 16");
  // Flows ask tools without any model.
  if (providers == nullptr && tools == nullptr) members.wrong("providers", "is missing");
  WK_TRY_VOID(members.done());
  for (std::size_t i = 0; tools != nullptr && i < tools->size(); ++i) {
    WK_TRY(HttpTool made, tool((*tools)[i], i, directory));
    const auto same = [&](const HttpTool& other) { return other.name() == made.name(); };
    if (std::any_of(config.tools.begin(), config.tools.end(), same)) return fail(ErrorCode::kInvalidArgument, "two tools have one name: " + made.name());
    config.tools.push_back(std::move(made));
  }
  for (std::size_t i = 0; providers != nullptr && i < providers->size(); ++i) {
    WK_TRY(ProviderConfig made, provider((*providers)[i], config.providers.size(), directory));
    const auto same = [&](const ProviderConfig& other) { return other.name == made.name; };
    if (std::any_of(config.providers.begin(), config.providers.end(), same)) return fail(ErrorCode::kInvalidArgument, "two providers have one name: " + made.name);
    config.providers.push_back(std::move(made));
  }
  return config;
}

Result<LlmConfig> read_llm_config(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text(llm_limits::kConfigBytesMax + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!in && !in.eof()) return fail(ErrorCode::kInvalidArgument, "cannot read " + file.string());
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > llm_limits::kConfigBytesMax) return fail(ErrorCode::kInvalidArgument, file.string() + " is too large");
  auto config = parse_llm_config(text, file.parent_path());
  if (!config) return fail(ErrorCode::kInvalidArgument, file.string() + ": " + config.error().context);
  return config;
}

}  // namespace wk::ai
