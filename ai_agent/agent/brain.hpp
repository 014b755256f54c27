// One turn of the AI agent: from what a visitor wrote to what is said and done. It decides; storing it is BotAgent's.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ai_agent/agent/intent_service.hpp"
#include "ai_agent/agent/knowledge_base.hpp"
#include "ai_agent/agent/site_names.hpp"
#include "ai_agent/text/text.hpp"
#include "base/result.hpp"
#include "core/hours/opening_words.hpp"
#include "core/ports/bot_trial.hpp"
#include "weikeyi/v1/frame.pb.h"

namespace wk::ai {

struct BotQuestion {
  SiteId site{};
  // Without name_lists: those are `names`.
  v1::BotSettings settings{};
  std::shared_ptr<const Gazetteer> names = no_names();
  // What the visitor wrote since the last turn, oldest first.
  std::vector<std::string> texts{};
  // Also something that cannot be read.
  bool attachments = false;
  // The dialogue flow that waits for these texts.
  std::optional<v1::FlowState> flow{};
  // Turns in a row before this one that were unsure.
  unsigned misses = 0;
  // And it is within the site's hours.
  bool people_online = false;
  // Outside of them: when they begin again (opens_ms 0: not foreseeable).
  std::optional<OpeningMoment> closed{};
  // An e-mail address or a telephone number of the visitor is known.
  bool reachable = false;
  // Of the visitor's browser; for what the text does not tell.
  std::string locale{};
};

struct FlowDialogue;
struct Looked;
struct Meant;

// What think() looked at, for whoever makes more of it.
struct BotEvidence {
  // What was asked, without greetings.
  std::string text{};
  Language language = Language::kUnknown;
  // The best first.
  std::vector<Finding> findings{};
  // A flow that wants to ask a tool: ask_tools() of flow_dialogue.hpp makes another turn of it. Null: there is none.
  std::shared_ptr<FlowDialogue> flow{};
  // What a flow was told that is to become the contact's where it has none.
  v1::ContactChanged contact{};
};

// Thread-safe. think() blocks (SQLite): on a ThreadPool. docs/ai.md says in words what it does.
class Brain {
 public:
  // All outlive it. `intents` may be null: questions are only looked up.
  Brain(const KnowledgeBase& knowledge, const IntentService* intents, const Clock& clock) : knowledge_(knowledge), intents_(intents), clock_(clock) {}

  // decided.through_seq is the caller's to set. Requires: a text or an attachment. It asks nobody: where a flow wants to know something of a tool, the
  // turn is what to do if that cannot be, and `evidence` holds the flow.
  // `evidence`: filled where something was looked up; may be null.
  Result<v1::BotTurn> think(const BotQuestion& question, BotEvidence* evidence = nullptr) const;

  // What is said where it may not answer (switched off, full, out of order): always towards people.
  // `language`: where the texts themselves may not tell it.
  static v1::BotTurn hand_over(v1::BotReason reason, const BotQuestion& question, std::optional<Language> language = {});

 private:
  Result<v1::BotTurn> decide(const BotQuestion& question, const std::string& text, Language language, BotEvidence& evidence) const;
  Result<Meant> what_is_meant(SiteId site, const std::string& text) const;
  Result<Looked> look_up(const BotQuestion& question, const std::string& text) const;
  // Nothing: the flow is not there any more, the text is to be read as any other.
  Result<std::optional<v1::BotTurn>> go_on(const BotQuestion& question, const std::string& text, Language language, BotEvidence& evidence) const;

  const KnowledgeBase& knowledge_;
  const IntentService* const intents_;
  const Clock& clock_;
};

}  // namespace wk::ai
