// The whole product in one process: everything made, in the order it needs each other, and stopped the other way round.
// The only place that knows every module (DESIGN section 2).
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "ai_agent/agent/agent_writer.hpp"
#include "ai_agent/agent/bot_agent.hpp"
#include "ai_agent/agent/crawl_service.hpp"
#include "ai_agent/agent/document_intake.hpp"
#include "ai_agent/agent/intent_service.hpp"
#include "ai_agent/agent/knowledge_base.hpp"
#include "ai_agent/agent/knowledge_help.hpp"
#include "ai_agent/sentence/embedding_cache.hpp"
#include "ai_agent/text/sentence_encoder.hpp"
#include "api/dispatcher.hpp"
#include "api/pages.hpp"
#include "api/services.hpp"
#include "core/hours/business_hours.hpp"
#include "core/routing/router.hpp"
#include "gateway/server/loop_gateway.hpp"
#include "gateway/server/upgrade.hpp"
#include "net/http_server.hpp"
#include "net/tls.hpp"
#include "server/accept_door.hpp"
#include "server/options.hpp"
#include "storage/embedded/directory/sqlite_directory.hpp"
#include "storage/embedded/knowledge/sqlite_knowledge.hpp"
#include "storage/embedded/manager/storage_manager.hpp"

namespace wk {

// Owner: main(). Thread: run() on the main thread.
class App {
 public:
  static Result<std::unique_ptr<App>> create(ServeOptions options);
  ~App();

  // Serves until SIGTERM or SIGINT, drains (at most two seconds), closes. Prints one JSON line when it listens.
  Result<void> run();

 private:
  // What one loop owns; made and destroyed on that loop's thread where it has to be.
  struct Loop {
    std::unique_ptr<EventLoop> loop;
    std::unique_ptr<LoopGateway> gateway;
    std::unique_ptr<HttpServer> http;
    std::thread thread;
  };

  explicit App(ServeOptions options);
  Result<void> open_storage();
  Result<void> open_core();
  Result<void> open_llm();
  void start_bot();
  void save_knowledge(bool now);
  Result<void> start_loops();
  Result<void> listen();
  Result<void> open_doors();
  // Whose connections, sessions and Hellos are not counted by address.
  std::vector<IpNetwork> uncounted() const;
  HttpRoute route(Loop& loop, const HttpRequest& head);
  HttpRoute choose(Loop& loop, const HttpRequest& head, UpgradeAdmission admission);
  // Tells the loops which sites are outside their hours, where that changed.
  void look_at_hours();
  void print_listening();
  void wait_for_signal();
  void stop();
  std::string metrics();
  std::string not_ready() const;

  const ServeOptions options_;
  Clock& clock_;
  ThreadPool pool_;       // storage calls of core and gateway
  ThreadPool api_pool_;   // handlers; they wait for the core
  ThreadPool file_pool_;  // reads of attachments
  ThreadPool ai_pool_;    // the AI agent's thinking, and its index
  ThreadPool document_pool_;  // reading what is to become knowledge
  std::vector<IpNetwork> proxies_;
  std::unique_ptr<SqliteDirectory> directory_;
  std::unique_ptr<StorageManager> storage_;
  std::unique_ptr<Authenticator> authenticator_;
  std::optional<VisitorTokens> visitor_tokens_;
  std::optional<AttachmentLinks> attachment_links_;
  std::unique_ptr<TlsContext> tls_;
  Presence presence_;
  std::unique_ptr<Admission> admission_;
  std::optional<AcceptDoor> accept_door_;
  std::optional<AddressRates> hellos_, sessions_, agent_proofs_;
  std::vector<Loop> loops_;
  std::unique_ptr<Broker> broker_;
  std::unique_ptr<ConversationService> conversations_;
  std::unique_ptr<Router> router_;
  std::shared_ptr<const ai::CachedEncoder> sentence_cache_;  // for its figures; null: none
  // Null: no model is there. Used by what follows.
  std::shared_ptr<const ai::SentenceEncoder> sentence_;
  std::unique_ptr<SqliteKnowledge> knowledge_store_;
  std::unique_ptr<ai::KnowledgeBase> knowledge_;
  std::unique_ptr<ai::IntentService> intents_;
  std::unique_ptr<ai::Brain> brain_;
  std::unique_ptr<ai::SiteNames> names_;
  // Null without a language model.
  ai::ToolBox tools_;
  std::unique_ptr<ai::LanguageModel> llm_;
  std::unique_ptr<ai::GroundedAnswer> grounded_;
  std::unique_ptr<ThreadPool> writer_pool_;
  std::unique_ptr<ai::BotAgent> bot_;
  std::unique_ptr<ai::KnowledgeIntake> intake_;
  std::unique_ptr<ai::CrawlService> crawls_;
  std::unique_ptr<ai::KnowledgeHelp> help_;
  std::unique_ptr<ai::AgentWriter> agent_writer_;
  // Null without a language model. Agents who ask it never stand before visitors: these have `writer_pool_`.
  std::unique_ptr<ThreadPool> assist_pool_;
  std::unique_ptr<CommitListener> listeners_;
  std::optional<GatewayServices> gateway_services_;
  std::optional<api::Services> api_services_;
  std::optional<api::Dispatcher> dispatcher_;
  std::optional<api::Pages> pages_;
  Authenticator::Subscription ended_subscription_;
  Endpoint endpoint_;
  std::string demo_json_;
  SteadyTime started_;
  // What the loops were told, and what it was made of: hours change with the minute.
  std::shared_ptr<const ClosedSites> closed_sites_;
  std::shared_ptr<const std::vector<v1::Site>> sites_seen_;
  std::int64_t minute_seen_ = 0;
  bool stopped_ = false;
  std::atomic<bool> draining_{false};
};

}  // namespace wk
