// What is written for the people beside the AI agent: their own words in another tone, a text in another language, and what a conversation was
// about.
//
// Thread-safe; blocks, for as long as the operator lets a language model take: on a ThreadPool of its own. Nothing is stored.
#pragma once

#include <stop_token>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "weikeyi/v1/resource.pb.h"

namespace wk {

class AgentWriting {
 public:
  virtual ~AgentWriting() = default;
  // Who would write: provider and model, without a text. Both empty: there is no language model.
  virtual ::weikeyi::v1::AssistText writer() const = 0;
  // Of both: kInvalidArgument, kTooLarge: of the text, the style or the language; kConflict "no_language_model"; kBusy: a budget or the provider;
  // kUnavailable "no_answer": what came back is no such text. `stop`: nobody waits any more.
  virtual Result<::weikeyi::v1::AssistText> rewrite(const ::weikeyi::v1::RewriteRequest& request, std::stop_token stop) = 0;
  virtual Result<::weikeyi::v1::AssistText> translate(const ::weikeyi::v1::TranslateRequest& request, std::stop_token stop) = 0;
  // `chinese`: the reader's language, else English. Without a language model, or where it fails, out of the log's own sentences. kNotFound: no such
  // conversation.
  virtual Result<::weikeyi::v1::ConversationDigest> digest(ConversationId conversation, bool chinese, std::stop_token stop) = 0;
};

}  // namespace wk
