#include "ai_agent/llm/language_model.hpp"

#include <algorithm>
#include <cmath>

#include "base/assert.hpp"
#include "base/log.hpp"

namespace wk::ai {
namespace {

double estimate(const ChatRequest& request) {
  double tokens = 0;
  for (const ChatMessage& message : request.messages) {
    tokens += estimated_tokens(message.content);
    for (const ToolCall& call : message.tool_calls) tokens += estimated_tokens(call.arguments);
  }
  for (const ToolSpec& tool : request.tools) tokens += estimated_tokens(tool.description) + estimated_tokens(tool.parameters);
  return tokens;
}

LlmCost cost(const ProviderConfig& provider, double prompt_tokens, double completion_tokens) {
  return {.tokens = static_cast<std::uint64_t>(std::ceil(prompt_tokens + completion_tokens)),
          .money = (prompt_tokens * provider.input_price + completion_tokens * provider.output_price) / 1e6};
}

}  // namespace

LanguageModel::LanguageModel(LlmConfig config, std::filesystem::path usage_file, const Clock& clock)
    : config_(std::move(config)), clock_(clock), budget_(config_, std::move(usage_file), clock), cache_(config_.cache_for) {
  WK_ASSERT(!config_.providers.empty());
  context_tokens_ = config_.providers.front().context_tokens;
  for (const ProviderConfig& provider : config_.providers) {
    context_tokens_ = std::min(context_tokens_, provider.context_tokens);
    answer_tokens_ = std::max(answer_tokens_, provider.max_tokens);
    providers_.push_back(std::make_unique<Provider>(provider));
  }
}

Result<ChatAnswer> LanguageModel::answer(const ChatRequest& request, const LlmUse& use, std::stop_token stop, const OnChatText& on_text) {
  const SteadyTime deadline = std::chrono::steady_clock::now() + config_.answer_within;
  std::optional<Error> last;
  for (const auto& provider : providers_) {
    // Before its breaker is asked: what is remembered needs nobody.
    const std::string key = ResponseCache::key(provider->client.config().name, chat_request_json(provider->client.config(), request));
    if (auto known = cache_.find(key, clock_.steady())) {
      from_cache_.fetch_add(1, std::memory_order_relaxed);
      known->took = known->first_token = Milliseconds(0);
      known->usage = {};
      if (on_text) on_text(known->text);
      return std::move(*known);
    }
    if (!provider->breaker.allow(clock_.steady())) continue;
    auto answer = ask(*provider, request, use, deadline, stop, on_text);
    if (answer) {
      provider->breaker.succeeded();
      cache_.put(key, *answer, clock_.steady());
      answers_.fetch_add(1, std::memory_order_relaxed);
      return answer;
    }
    judge(*provider, answer.error());
    last = answer.error();
    const bool over = std::chrono::steady_clock::now() >= deadline;
    if (over || stop.stop_requested()) break;
  }
  if (last) return fail(std::move(*last));
  return fail({ErrorCode::kUnavailable, "no provider may be asked now", "circuit_open", 0});
}

Result<ChatAnswer> LanguageModel::ask(Provider& provider, const ChatRequest& request, const LlmUse& use, SteadyTime deadline, std::stop_token stop,
                                      const OnChatText& on_text) {
  const ProviderConfig& config = provider.client.config();
  const double estimated = estimate(request);
  const double prompt = estimated * factors_.factor(config.model);
  const LlmCost most = cost(config, prompt, config.max_tokens);
  WK_TRY_VOID(budget_.reserve(use, most));
  // Of a call that failed the prompt is counted: most providers charge for it. What was refused or never arrived cost nothing.
  bool streamed = false;
  auto answer = provider.client.complete(request, deadline, stop, [&](std::string_view so_far) {
    streamed = true;
    if (on_text) on_text(so_far);
  });
  if (!answer) {
    budget_.settle(use, most, streamed ? cost(config, prompt, 0) : LlmCost{});
    return answer;
  }
  ChatUsage& usage = answer->usage;
  if (usage.told) {
    factors_.learn(config.model, estimated, usage.prompt_tokens);
  } else {
    usage.prompt_tokens = static_cast<std::uint32_t>(prompt);
    usage.completion_tokens = static_cast<std::uint32_t>(estimated_tokens(answer->text));
  }
  budget_.settle(use, most, cost(config, usage.prompt_tokens, usage.completion_tokens));
  prompt_tokens_.fetch_add(usage.prompt_tokens, std::memory_order_relaxed);
  completion_tokens_.fetch_add(usage.completion_tokens, std::memory_order_relaxed);
  return answer;
}

void LanguageModel::judge(Provider& provider, const Error& error) {
  const SteadyTime now = clock_.steady();
  const std::string& name = provider.client.config().name;
  if (error.code == ErrorCode::kConflict) return provider.breaker.neither();
  if (error.code == ErrorCode::kBusy && error.reason_code != nullptr) {
    over_budget_.fetch_add(1, std::memory_order_relaxed);
    return provider.breaker.neither();
  }
  failures_.fetch_add(1, std::memory_order_relaxed);
  log_warning("llm.failed", {{"provider", name}, {"code", error_code_name(error.code)}, {"reason", error.context}});
  if (error.code == ErrorCode::kBusy) {
    return provider.breaker.later(now, error.retry_after_ms != 0 ? Milliseconds(error.retry_after_ms) : Milliseconds(llm_limits::kRetryAfterUnknown));
  }
  if (error.code == ErrorCode::kForbidden) return provider.breaker.later(now, llm_limits::kKeyRefusedFor);
  // The request is what is wrong: the next one may be right.
  if (error.code == ErrorCode::kInvalidArgument) return provider.breaker.neither();
  if (error.retry_after_ms != 0) provider.breaker.later(now, Milliseconds(error.retry_after_ms));
  provider.breaker.failed(now);
}

LanguageModel::Figures LanguageModel::figures() const {
  const auto open = std::count_if(providers_.begin(), providers_.end(), [&](const auto& provider) { return provider->breaker.open(clock_.steady()); });
  return {.answers = answers_.load(std::memory_order_relaxed),
          .from_cache = from_cache_.load(std::memory_order_relaxed),
          .failures = failures_.load(std::memory_order_relaxed),
          .over_budget = over_budget_.load(std::memory_order_relaxed),
          .prompt_tokens = prompt_tokens_.load(std::memory_order_relaxed),
          .completion_tokens = completion_tokens_.load(std::memory_order_relaxed),
          .providers_open = static_cast<std::uint64_t>(open)};
}

}  // namespace wk::ai
