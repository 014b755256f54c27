// The providers together: asked one after another, each behind its breaker, within the budget, and not twice for the same prompt.
#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <stop_token>
#include <vector>

#include "ai_agent/llm/breaker.hpp"
#include "ai_agent/llm/budget.hpp"
#include "ai_agent/llm/chat_client.hpp"
#include "ai_agent/llm/response_cache.hpp"
#include "ai_agent/llm/token_estimate.hpp"

namespace wk::ai {

// Thread-safe; answer() blocks for up to answer_within: on a thread of a pool of its own.
class LanguageModel {
 public:
  // `clock` outlives it. Requires: a provider. `usage_file`: what sites used today.
  LanguageModel(LlmConfig config, std::filesystem::path usage_file, const Clock& clock);

  // From the first provider that gives a whole answer. What a provider had streamed before it failed is given up, since nobody knows what it
  // would have gone on to say; `on_text` begins anew. The error is that of the last one asked; kBusy with a reason_code: the budget;
  // kUnavailable "circuit_open": none may be asked now.
  Result<ChatAnswer> answer(const ChatRequest& request, const LlmUse& use, std::stop_token stop, const OnChatText& on_text);

  // What every provider's model can take, in tokens: prompt and answer together; and the longest answer.
  unsigned context_tokens() const { return context_tokens_; }
  unsigned answer_tokens() const { return answer_tokens_; }
  // How the first provider counts, against estimated_tokens().
  double token_factor() const { return factors_.factor(providers_.front()->client.config().model); }
  // Whom is asked first.
  const ProviderConfig& first_provider() const { return providers_.front()->client.config(); }
  Budget& budget() { return budget_; }

  struct Figures {
    std::uint64_t answers = 0;
    std::uint64_t from_cache = 0;
    std::uint64_t failures = 0;
    std::uint64_t over_budget = 0;
    std::uint64_t prompt_tokens = 0;
    std::uint64_t completion_tokens = 0;
    std::uint64_t providers_open = 0;
  };
  Figures figures() const;

 private:
  struct Provider {
    explicit Provider(ProviderConfig config) : client(std::move(config)) {}
    ChatClient client;
    Breaker breaker;
  };

  Result<ChatAnswer> ask(Provider& provider, const ChatRequest& request, const LlmUse& use, SteadyTime deadline, std::stop_token stop, const OnChatText& on_text);
  // Also what a failure says about the provider.
  void judge(Provider& provider, const Error& error);

  const LlmConfig config_;
  const Clock& clock_;
  std::vector<std::unique_ptr<Provider>> providers_;
  Budget budget_;
  ResponseCache cache_;
  TokenFactors factors_;
  unsigned context_tokens_ = 0;
  unsigned answer_tokens_ = 0;

  std::atomic<std::uint64_t> answers_{0};
  std::atomic<std::uint64_t> from_cache_{0};
  std::atomic<std::uint64_t> failures_{0};
  std::atomic<std::uint64_t> over_budget_{0};
  std::atomic<std::uint64_t> prompt_tokens_{0};
  std::atomic<std::uint64_t> completion_tokens_{0};
};

}  // namespace wk::ai
