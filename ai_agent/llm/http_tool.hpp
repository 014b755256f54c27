// What a language model may look up for a visitor: GET requests that the operator listed, with arguments that fit their schema, and nothing else.
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "ai_agent/llm/chat.hpp"
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "weikeyi/v1/resource.pb.h"

namespace wk::ai {

struct ToolArgument {
  enum class Type : std::uint8_t { kString, kInteger, kBoolean };
  std::string name{};
  std::string description{};
  Type type = Type::kString;
  // Of a string; empty: any text.
  std::vector<std::string> one_of{};
};

struct HttpToolConfig {
  std::string name{};
  // For the model: when to use it.
  std::string description{};
  // "https://shop.example/api/orders/{number}?lang={lang}": each argument has its place, behind the host.
  std::string url{};
  std::string api_key{};
  std::vector<ToolArgument> arguments{};
  // Whose conversations may use it; empty: those of every site.
  std::vector<std::uint64_t> site_ids{};
  Milliseconds timeout{3'000};
  std::size_t response_bytes_max = 4'096;
};

// Immutable; call() blocks.
class HttpTool {
 public:
  // kInvalidArgument: the address does not name a host of its own, or its places are not the arguments.
  static Result<HttpTool> make(HttpToolConfig config);

  const std::string& name() const { return config_.name; }
  const std::string& description() const { return config_.description; }
  bool serves(SiteId site) const;
  ToolSpec spec() const;
  // For people who draw flows: without address and key.
  ::weikeyi::v1::BotTool listed() const;

  // The address that a call would ask. kInvalidArgument: the arguments do not fit the schema.
  Result<std::string> url_for(const std::string& arguments_json) const;
  // Texts as the arguments' types want them: "17" is a number where one is wanted. kInvalidArgument: one does not fit.
  Result<std::string> call_with(const std::vector<std::pair<std::string, std::string>>& arguments, std::stop_token stop) const;
  // The text of a 2xx answer of type JSON or plain text, without redirects. kTooLarge: longer than allowed. kNotFound: 404.
  Result<std::string> call(const std::string& arguments_json, std::stop_token stop) const;

 private:
  explicit HttpTool(HttpToolConfig config) : config_(std::move(config)) {}
  HttpToolConfig config_;
};

}  // namespace wk::ai
