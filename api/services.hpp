// What the API works on. All of it is thread-safe and outlives it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "api/limits.hpp"
#include "base/clock.hpp"
#include "base/executor.hpp"
#include "core/auth/attachment_link.hpp"
#include "core/auth/authenticator.hpp"
#include "core/auth/visitor_token.hpp"
#include "core/ports/agent_help.hpp"
#include "core/ports/agent_writing.hpp"
#include "core/ports/bot_record.hpp"
#include "core/ports/bot_trial.hpp"
#include "core/ports/conversation_store.hpp"
#include "core/ports/directory.hpp"
#include "core/ports/document_intake.hpp"
#include "core/ports/intent_training.hpp"
#include "core/ports/knowledge_crawls.hpp"
#include "core/ports/knowledge_store.hpp"
#include "core/session/admission.hpp"
#include "core/session/conversation_service.hpp"
#include "core/session/presence.hpp"
#include "net/address_rates.hpp"

namespace wk::api {

struct Services {
  ConversationService& conversations;
  ConversationStore& store;
  Directory& directory;
  Authenticator& authenticator;
  const VisitorTokens& visitor_tokens;
  const AttachmentLinks& attachment_links;
  Presence& presence;
  // For blocking calls of handlers. Not the broker's: a handler waits for the broker.
  ThreadPool& pool;
  // Where answers of the broker come back to.
  Executor& replies;
  const Clock& clock;
  // Attachments lie below it.
  std::filesystem::path files;
  std::uint64_t upload_bytes_max = api_limits::kUploadBytesMaxDefault;
  std::uint64_t site_bytes_max = api_limits::kSiteBytesMaxDefault;
  // The text of /metrics; made by the wiring, which knows all parts.
  std::function<std::string()> metrics;
  // Empty: ready. Else what a load balancer or an operator should know. Runs on loops: cheap.
  std::function<std::string()> not_ready;
  Admission& admission;
  // By address: visitor sessions; and looks at an agent's credential where the address is over a limit.
  AddressRates& sessions;
  AddressRates& agent_proofs;
  KnowledgeStore& knowledge;
  KnowledgeCrawls& crawls;
  BotTrial& bot;
  IntentTraining& intents;
  BotRecord& bot_record;
  AgentHelp& agent_help;
  AgentWriting& writing;
  DocumentIntake& documents;
  // One thread: reading a document takes its time and memory.
  ThreadPool& document_pool;
  // For handlers that wait for a language model; null: there is none to wait for.
  ThreadPool* writing_pool = nullptr;
  IdGenerator ids{};
};

}  // namespace wk::api
