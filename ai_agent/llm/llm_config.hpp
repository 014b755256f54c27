// Which language models are asked, and what they may cost: a file of the operator's, read once at the start.
//
// A file and no setting of the console: where the words of visitors are sent, and with which key, is decided by whoever runs the machine, not by
// whoever got hold of an administrator's password. Its form is in docs/ai.md.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "ai_agent/llm/http_tool.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"

namespace wk::ai {

struct ProviderConfig {
  std::string name{};
  // Without the "/chat/completions" behind it, and without a '/' at its end.
  std::string base_url{};
  std::string model{};
  // Out of api_key_file; empty: none is sent. Never logged.
  std::string api_key{};
  // "http://proxy:3128"; empty: none, whatever the environment says.
  std::string proxy{};
  Milliseconds connect_timeout{3'000};
  Milliseconds first_token_timeout{10'000};
  // Between two pieces of the stream.
  Milliseconds stall_timeout{10'000};
  Milliseconds total_timeout{30'000};
  // Of a million tokens, in whatever currency the budget is in.
  double input_price = 0;
  double output_price = 0;
  double temperature = 0.2;
  unsigned max_tokens = 500;
  // What the model can read and write together.
  unsigned context_tokens = 8'192;
};

struct LlmConfig {
  // In the order they are asked. Empty: no language model.
  std::vector<ProviderConfig> providers{};
  // What models and dialogue flows may look up. Nothing else is ever called for them.
  std::vector<HttpTool> tools{};
  // Of a turn, whatever happens: then the direct answer is given.
  Milliseconds answer_within{30'000};
  // 0: no bound.
  std::uint64_t conversation_tokens_max = 50'000;
  double conversation_cost_max = 0;
  std::uint64_t site_tokens_per_day_max = 2'000'000;
  double site_cost_per_day_max = 0;
  // How long an answer is given again to the same prompt; 0: never.
  Milliseconds cache_for{600'000};
};

// kInvalidArgument with what is wrong and where: also an unknown member (a misspelt bound would be none), and a key that others may read.
Result<LlmConfig> read_llm_config(const std::filesystem::path& file);
// Relative key files are looked for in `directory`.
Result<LlmConfig> parse_llm_config(std::string_view json, const std::filesystem::path& directory);

}  // namespace wk::ai
