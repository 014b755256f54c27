// What a language model writes for agents, and what a conversation was about.
#include "api/routes.hpp"

namespace wk::api {
namespace {

Result<Reply> writer(Call& call) {
  WK_TRY_VOID(call.may(Action::kAskLanguageModel));
  return reply(call.services.writing.writer());
}

Result<Reply> rewrite(Call& call) {
  WK_TRY_VOID(call.may(Action::kAskLanguageModel));
  WK_TRY(const v1::RewriteRequest request, call.body<v1::RewriteRequest>());
  WK_TRY(const v1::AssistText answer, call.services.writing.rewrite(request, call.gone));
  return reply(answer);
}

Result<Reply> translate(Call& call) {
  WK_TRY_VOID(call.may(Action::kAskLanguageModel));
  WK_TRY(const v1::TranslateRequest request, call.body<v1::TranslateRequest>());
  WK_TRY(const v1::AssistText answer, call.services.writing.translate(request, call.gone));
  return reply(answer);
}

Result<Reply> digest(Call& call) {
  WK_TRY(const ConversationId id, call.id<ConversationId>());
  WK_TRY_VOID(call.may(Action::kReadConversation, {.conversation = id}));
  WK_TRY_VOID(call.may(Action::kAskLanguageModel));
  const bool chinese = call.request.query.get("language").starts_with("zh");
  WK_TRY(const v1::ConversationDigest answer, call.services.writing.digest(id, chinese, call.gone));
  return reply(answer);
}

}  // namespace

std::vector<Route> assist_routes() {
  static const v1::AssistText kText;
  static const v1::RewriteRequest kRewrite;
  static const v1::TranslateRequest kTranslate;
  static const v1::ConversationDigest kDigest;
  // What is written is for the one who asked alone, and kept nowhere.
  return {
      {"GET", "/assist", Access::kAgent, writer, "Which language model would write; none: provider and model are empty", nullptr, &kText},
      {.method = "POST", .path = "/assist/rewrite", .access = Access::kAgent, .handler = rewrite, .summary = "A text of one's own in another tone; 409 no_language_model where none is configured",
       .request = &kRewrite, .response = &kText, .secret_answer = true, .waits = true},
      {.method = "POST", .path = "/assist/translate", .access = Access::kAgent, .handler = translate, .summary = "A text in another language; 409 no_language_model where none is configured",
       .request = &kTranslate, .response = &kText, .secret_answer = true, .waits = true},
      {.method = "GET", .path = "/conversations/{id}/digest", .access = Access::kAgent, .handler = digest,
       .summary = "What the conversation was about; `language`: zh for Chinese, else English. An excerpt of it where no language model writes it", .response = &kDigest,
       .query = {"language"}, .waits = true},
  };
}

}  // namespace wk::api
