#include "ai_agent/agent/agent_writer.hpp"

#include <algorithm>

#include "ai_agent/agent/limits.hpp"
#include "ai_agent/grounding/masking.hpp"
#include "ai_agent/grounding/prompt.hpp"
#include "ai_agent/grounding/writing_prompt.hpp"
#include "base/encoding.hpp"

namespace wk::ai {
namespace {

Error no_answer(std::string context) { return {ErrorCode::kUnavailable, std::move(context), "no_answer", 0}; }

Result<Rewriting> rewriting_of(v1::RewriteStyle style) {
  switch (style) {
    case v1::REWRITE_STYLE_CORRECT: return Rewriting::kCorrect;
    case v1::REWRITE_STYLE_FRIENDLIER: return Rewriting::kFriendlier;
    case v1::REWRITE_STYLE_MORE_FORMAL: return Rewriting::kMoreFormal;
    case v1::REWRITE_STYLE_SHORTER: return Rewriting::kShorter;
    default: return fail(ErrorCode::kInvalidArgument, "no such style");
  }
}

}  // namespace

v1::AssistText AgentWriter::writer() const {
  v1::AssistText who;
  if (model_ == nullptr) return who;
  who.set_provider(model_->first_provider().name);
  who.set_model(model_->first_provider().model);
  return who;
}

Result<ChatAnswer> AgentWriter::ask(std::vector<ChatMessage> messages, const LlmUse& use, std::stop_token stop) {
  std::stop_source either;
  const std::stop_callback gone(std::move(stop), [&either] { either.request_stop(); });
  const std::stop_callback ends(stop_.get_token(), [&either] { either.request_stop(); });
  auto answer = model_->answer({.messages = std::move(messages)}, use, either.get_token(), {});
  if (answer) return answer;
  Error& error = answer.error();
  // A budget or a provider's own limit is told as it is; the rest is between us and the providers, and in the log.
  if (error.code == ErrorCode::kBusy) return fail(std::move(error));
  return fail(no_answer("the language model gave no answer: " + std::string(error.client_code())));
}

Result<v1::AssistText> AgentWriter::write(const std::string& text, const Prompt& prompt, std::stop_token stop) {
  if (model_ == nullptr) return fail(Error{ErrorCode::kConflict, "no language model is configured", "no_language_model", 0});
  Masker masker;
  const std::string masked = masker.mask(text);
  // What is as long as the longest answer comes back cut off: that is known before it costs anything.
  if (text.size() > agent_limits::kWritingBytesMax || estimated_tokens(masked) * model_->token_factor() > model_->answer_tokens()) {
    return fail(ErrorCode::kTooLarge, "the text is longer than what the language model may write");
  }
  WK_TRY(const ChatAnswer answer, ask(prompt(masked), {}, std::move(stop)));
  if (answer.finish == ChatFinish::kLength) return fail(ErrorCode::kTooLarge, "the language model was cut off: the text is too long for it");
  if (!answer.tool_calls.empty() || answer.finish == ChatFinish::kFiltered) return fail(no_answer("the language model wrote no text"));
  const std::string written = written_text(answer.text, masked);
  if (written.empty()) return fail(no_answer("the language model wrote nothing"));
  if (!masker.all_in(written)) return fail(no_answer("the language model left out a number or an address"));
  v1::AssistText result;
  result.set_text(masker.unmask(written));
  result.set_provider(answer.provider);
  result.set_model(answer.model);
  return result;
}

Result<v1::AssistText> AgentWriter::rewrite(const v1::RewriteRequest& request, std::stop_token stop) {
  WK_TRY(const Rewriting how, rewriting_of(request.style()));
  if (normalise(request.text()).empty()) return fail(ErrorCode::kInvalidArgument, "there is no text");
  return write(request.text(), [how](std::string_view masked) { return rewrite_prompt(how, masked); }, std::move(stop));
}

Result<v1::AssistText> AgentWriter::translate(const v1::TranslateRequest& request, std::stop_token stop) {
  if (!language_tag_valid(request.language())) return fail(ErrorCode::kInvalidArgument, "language is no tag of BCP 47");
  if (normalise(request.text()).empty()) return fail(ErrorCode::kInvalidArgument, "there is no text");
  return write(request.text(), [&](std::string_view masked) { return translate_prompt(request.language(), masked); }, std::move(stop));
}

std::optional<std::string> AgentWriter::summarise(const Matter& matter, ConversationId conversation, Language language, std::stop_token stop) {
  const std::vector<ChatTurn> turns = turns_of(matter);
  if (model_ == nullptr || turns.empty()) return std::nullopt;
  Masker masker;
  // In the order they were said, so that placeholders are numbered alike; then the newest that fit.
  std::vector<std::string> lines;
  for (const ChatTurn& turn : turns) lines.push_back(summary_line({turn.visitor, masker.mask(turn.text)}));
  double left = agent_limits::kSummaryReadsShare * model_->context_tokens() / model_->token_factor();
  std::string text;
  for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
    left -= estimated_tokens(*line);
    if (left < 0) break;
    text.insert(0, *line);
  }
  if (text.empty()) return std::nullopt;
  const auto answer = ask(digest_prompt(language, text), {.site = matter.site, .conversation = conversation}, std::move(stop));
  if (!answer || !answer->tool_calls.empty() || answer->finish == ChatFinish::kFiltered) return std::nullopt;
  const std::string written = masker.unmask(written_text(answer->text, text));
  if (written.empty()) return std::nullopt;
  return std::string(utf8_prefix(written, agent_limits::kDigestBytesMax));
}

Result<v1::ConversationDigest> AgentWriter::digest(ConversationId conversation, bool chinese, std::stop_token stop) {
  WK_TRY(const Matter matter, read_matter(store_, conversation));
  const Language language = chinese ? Language::kChinese : Language::kLatin;
  v1::ConversationDigest digest;
  digest.set_through_seq(matter.through);
  Summaries& kept = digests_[chinese ? 1 : 0];
  if (const auto known = kept.find(conversation); known && known->through == matter.through) {
    digest.set_text(known->text);
    return digest;
  }
  if (auto written = summarise(matter, conversation, language, std::move(stop))) {
    kept.put(conversation, {matter.through, *written});
    digest.set_text(std::move(*written));
    return digest;
  }
  digest.set_text(excerpt_of(matter, language));
  digest.set_excerpt(true);
  return digest;
}

}  // namespace wk::ai
