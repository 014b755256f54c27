// AgentWriting over a language model, where there is one; digests also without.
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "ai_agent/agent/digest.hpp"
#include "ai_agent/agent/summaries.hpp"
#include "ai_agent/llm/language_model.hpp"
#include "core/ports/agent_writing.hpp"

namespace wk::ai {

// Thread-safe. What says who somebody is stays on this machine, as with answers to visitors; a text that lost such a thing on its way is refused,
// since nobody would see that it is gone. Rewriting and translating are for no site: their budget is that of site 0.
class AgentWriter final : public AgentWriting {
 public:
  // `store` and `model` outlive it; `model` may be null.
  AgentWriter(ConversationStore& store, LanguageModel* model) : store_(store), model_(model) {}

  // Nobody waits any more; for the end.
  void stop() { stop_.request_stop(); }

  v1::AssistText writer() const override;
  Result<v1::AssistText> rewrite(const v1::RewriteRequest& request, std::stop_token stop) override;
  Result<v1::AssistText> translate(const v1::TranslateRequest& request, std::stop_token stop) override;
  Result<v1::ConversationDigest> digest(ConversationId conversation, bool chinese, std::stop_token stop) override;

 private:
  // Until the caller has gone or the process ends.
  Result<ChatAnswer> ask(std::vector<ChatMessage> messages, const LlmUse& use, std::stop_token stop);
  // `prompt` of the masked text.
  using Prompt = std::function<std::vector<ChatMessage>(std::string_view masked)>;
  Result<v1::AssistText> write(const std::string& text, const Prompt& prompt, std::stop_token stop);
  // Nothing: it failed, or nothing was said.
  std::optional<std::string> summarise(const Matter& matter, ConversationId conversation, Language language, std::stop_token stop);

  ConversationStore& store_;
  LanguageModel* const model_;
  std::stop_source stop_;
  // Digests that a model wrote, English and Chinese.
  std::array<Summaries, 2> digests_;
};

}  // namespace wk::ai
