#include "server/app.hpp"

#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <latch>
#include <nlohmann/json.hpp>

#include "ai_agent/agent/limits.hpp"
#include "api/json.hpp"
#include "api/over_limit.hpp"
#include "base/assert.hpp"
#include "base/log.hpp"
#include "core/session/limits.hpp"
#include "gateway/server/limits.hpp"
#include "server/demo.hpp"
#include "server/metrics.hpp"
#include "server/models.hpp"
#include "storage/embedded/manager/start_room.hpp"

namespace wk {
namespace {

using namespace std::chrono_literals;

// The stop has two seconds in all (README); clients get most of them.
constexpr Milliseconds kDrainDeadline = 1500ms;

v1::AdmissionSettings admission_defaults(const ServeOptions& options) {
  v1::AdmissionSettings settings = default_admission();
  const auto set = [](const std::optional<std::uint32_t>& per_second, std::uint64_t at_once, v1::Rate& rate) {
    if (!per_second) return;
    rate.set_per_second(*per_second);
    rate.set_burst(static_cast<std::uint32_t>(std::min<std::uint64_t>(at_once * *per_second, session_limits::kRateMax)));
  };
  set(options.visitor_frames_per_second, 5, *settings.mutable_messages_per_visitor());
  set(options.visitor_sessions_per_second, 12, *settings.mutable_sessions_per_address());
  set(options.site_handshakes_per_second, 5, *settings.mutable_handshakes_per_site());
  set(options.site_messages_per_second, 5, *settings.mutable_messages_per_site());
  if (options.connections_per_address) settings.set_connections_per_address(*options.connections_per_address);
  return settings;
}

std::size_t loop_count(const ServeOptions& options) {
  return options.loops != 0 ? options.loops : std::max(1u, std::thread::hardware_concurrency());
}

// Both are told of every change.
class RouterAndBot final : public CommitListener {
 public:
  RouterAndBot(CommitListener& router, CommitListener& bot) : router_(router), bot_(bot) {}
  void on_change(const SummaryPtr& before, const SummaryPtr& after) override {
    router_.on_change(before, after);
    bot_.on_change(before, after);
  }

 private:
  CommitListener& router_;
  CommitListener& bot_;
};

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

}  // namespace

Result<std::unique_ptr<App>> App::create(ServeOptions options) {
  std::unique_ptr<App> app(new App(std::move(options)));
  WK_TRY_VOID(app->open_storage());
  WK_TRY_VOID(app->open_core());
  return app;
}

App::App(ServeOptions options)
    : options_(std::move(options)),
      clock_(SystemClock::instance()),
      pool_({.name = "storage", .threads = 4, .queue_tasks_max = 20'000}),
      api_pool_({.name = "api", .threads = 8, .queue_tasks_max = api_limits::kCallsQueuedMax}),
      file_pool_({.name = "files", .threads = 2, .queue_tasks_max = 4'096}),
      ai_pool_({.name = "ai", .threads = 2, .queue_tasks_max = 256}),
      document_pool_({.name = "documents", .threads = 1, .queue_tasks_max = api_limits::kDocumentsInFlightMax}),
      presence_(clock_),
      started_(clock_.steady()) {}

App::~App() { stop(); }

Result<void> App::open_storage() {
  std::error_code error;
  std::filesystem::create_directories(options_.data, error);
  if (error) return fail(ErrorCode::kIo, "cannot make " + options_.data.string() + ": " + error.message());
  start_room::give(options_.data);
  WK_TRY(directory_, SqliteDirectory::open(options_.data / "directory.db", clock_));
  StorageManager::Options storage;
  storage.directory = options_.data;
  storage.contacts = directory_.get();
  storage.clock = &clock_;
  storage.warm_keep = std::chrono::hours(24) * options_.archive_after_days;
  // The storage last: when it is open its readers write, and on a full disk that takes the room which the others need to open.
  WK_TRY(knowledge_store_, SqliteKnowledge::open(options_.data / "knowledge.db"));
  WK_TRY(storage_, StorageManager::open(std::move(storage)));
  return {};
}

Result<void> App::open_core() {
  WK_TRY(authenticator_, Authenticator::open(*directory_, clock_));
  WK_TRY(const KeyRing keys, KeyRing::load_or_create(*directory_));
  visitor_tokens_.emplace(keys, clock_);
  attachment_links_.emplace(keys, clock_);
  if (!options_.tls_cert.empty()) {
    WK_TRY(tls_, TlsContext::create({.certificate_file = options_.tls_cert, .key_file = options_.tls_key}));
  }

  std::vector<Executor*> executors;
  for (std::size_t i = 0; i < loop_count(options_); ++i) {
    Loop loop;
    WK_TRY(loop.loop, EventLoop::create({.name = "loop-" + std::to_string(i), .clock = &clock_}));
    executors.push_back(loop.loop.get());
    loops_.push_back(std::move(loop));
  }
  Executor& first = *executors.front();
  broker_ = std::make_unique<Broker>(executors, *storage_, pool_, clock_);
  conversations_ = std::make_unique<ConversationService>(*broker_, *directory_, pool_);
  router_ = std::make_unique<Router>(Router::Deps{first, *conversations_, *storage_, *directory_, presence_, pool_, clock_});
  sentence_ = open_sentence_encoder(options_.models);
  sentence_cache_ = with_cache(sentence_, options_.data / "ai" / "sentence-vectors.cache");
  if (sentence_cache_) sentence_ = sentence_cache_;
  knowledge_ = std::make_unique<ai::KnowledgeBase>(*knowledge_store_, options_.data / "ai", sentence_.get(), clock_);
  intake_ = std::make_unique<ai::KnowledgeIntake>(*knowledge_, clock_);
  crawls_ = std::make_unique<ai::CrawlService>(*knowledge_store_, *knowledge_, clock_, ai::CrawlService::Options{.private_addresses = options_.crawl_private_addresses, .version = WK_VERSION});
  WK_TRY_VOID(crawls_->load());
  names_ = std::make_unique<ai::SiteNames>(*directory_);
  help_ = std::make_unique<ai::KnowledgeHelp>(ai::KnowledgeHelp::Deps{*storage_, *storage_, *directory_, *knowledge_, *names_});
  intents_ = std::make_unique<ai::IntentService>(*knowledge_store_, options_.data / "ai", sentence_, clock_);
  knowledge_->set_change_listener([this](SiteId site) { intents_->note_change(site); });
  brain_ = std::make_unique<ai::Brain>(*knowledge_, intents_.get(), clock_);
  WK_TRY_VOID(open_llm());
  bot_ = std::make_unique<ai::BotAgent>(ai::BotAgent::Deps{first, *conversations_, *storage_, *directory_, presence_, *brain_, *names_, ai_pool_, clock_, tools_, grounded_.get(), writer_pool_.get(),
                                                           [this](v1::TypingSignal signal) { broker_->typing(std::move(signal), 0); }});
  agent_writer_ = std::make_unique<ai::AgentWriter>(*storage_, llm_.get());
  listeners_ = std::make_unique<RouterAndBot>(*router_, *bot_);
  broker_->set_listener(*listeners_);
  WK_TRY_VOID(open_doors());

  gateway_services_.emplace(GatewayServices{*broker_, *conversations_, *storage_, *directory_, *authenticator_,
                                            *visitor_tokens_, presence_, pool_, clock_, *admission_, *hellos_, *agent_proofs_, {}});
  api_services_.emplace(api::Services{.conversations = *conversations_,
                                      .store = *storage_,
                                      .directory = *directory_,
                                      .authenticator = *authenticator_,
                                      .visitor_tokens = *visitor_tokens_,
                                      .attachment_links = *attachment_links_,
                                      .presence = presence_,
                                      .pool = api_pool_,
                                      .replies = first,
                                      .clock = clock_,
                                      .files = options_.data / "files",
                                      .upload_bytes_max = options_.upload_bytes_max,
                                      .site_bytes_max = options_.site_bytes_max,
                                      .metrics = [this] { return metrics(); },
                                      .not_ready = [this] { return not_ready(); },
                                      .admission = *admission_,
                                      .sessions = *sessions_,
                                      .agent_proofs = *agent_proofs_,
                                      .knowledge = *knowledge_,
                                      .crawls = *crawls_,
                                      .bot = *bot_,
                                      .intents = *intents_,
                                      .bot_record = *storage_,
                                      .agent_help = *help_,
                                      .writing = *agent_writer_,
                                      .documents = *intake_,
                                      .document_pool = document_pool_,
                                      .writing_pool = assist_pool_.get()});
  dispatcher_.emplace(*api_services_);
  pages_.emplace(*directory_, options_.demo);
  return {};
}

Result<void> App::open_llm() {
  if (options_.llm_config.empty()) return {};
  WK_TRY(ai::LlmConfig config, ai::read_llm_config(options_.llm_config));
  WK_TRY_VOID(ai::ChatClient::start_library());
  for (const ai::ProviderConfig& provider : config.providers) log_info("llm.provider", {{"name", provider.name}, {"address", provider.base_url}, {"model", provider.model}});
  std::error_code error;
  std::filesystem::create_directories(options_.data / "ai", error);
  tools_ = ai::ToolBox(std::exchange(config.tools, {}));
  if (!config.providers.empty()) {
    llm_ = std::make_unique<ai::LanguageModel>(std::move(config), options_.data / "ai" / "llm_usage.json", clock_);
    grounded_ = std::make_unique<ai::GroundedAnswer>(*llm_, tools_);
    assist_pool_ = std::make_unique<ThreadPool>(ThreadPool::Options{.name = "assists", .threads = ai::agent_limits::kAssistsMax, .queue_tasks_max = ai::agent_limits::kAssistsWaitingMax});
  }
  writer_pool_ = std::make_unique<ThreadPool>(ThreadPool::Options{.name = "writers", .threads = ai::agent_limits::kWritersMax, .queue_tasks_max = ai::agent_limits::kWritersMax});
  return {};
}

std::vector<IpNetwork> App::uncounted() const {
  std::vector<IpNetwork> networks = proxies_;
  if (!options_.connections_per_address) {
    networks.push_back(*IpNetwork::parse("127.0.0.0/8"));
    networks.push_back(*IpNetwork::parse("::1/128"));
  }
  return networks;
}

Result<void> App::open_doors() {
  for (const std::string& text : options_.trusted_proxies) {
    const auto network = IpNetwork::parse(text);
    if (!network) return fail(ErrorCode::kInvalidArgument, "--trusted-proxy " + text + " is not a network");
    proxies_.push_back(*network);
  }
  WK_TRY(admission_, Admission::open(*directory_, admission_defaults(options_)));
  accept_door_.emplace(uncounted(), admission_->figures());
  hellos_.emplace(uncounted());
  sessions_.emplace(uncounted());
  agent_proofs_.emplace();
  return {};
}

Result<void> App::start_loops() {
  for (std::size_t i = 0; i < loops_.size(); ++i) {
    Loop& loop = loops_[i];
    loop.gateway = std::make_unique<LoopGateway>(*loop.loop, i, *gateway_services_);
    gateway_services_->gateways.push_back(loop.gateway.get());
    HttpServer::Options http;
    http.trusted_proxies = proxies_;
    http.tls = tls_.get();
    http.admit = [this, &loop](const IpAddress& peer) {
      return accept_door_->admit(peer, loop.gateway->admission().limits, loop.loop->now());
    };
    http.file_pool = &file_pool_;
    http.default_headers = {{"X-Content-Type-Options", "nosniff"}};
    if (tls_) http.default_headers.add("Strict-Transport-Security", "max-age=31536000");
    http.error_response = [](int status, std::string_view reason) {
      HttpResponse response = api::problem({ErrorCode::kProtocol, std::string(reason), nullptr, 0});
      response.status = status;
      return response;
    };
    loop.http = HttpServer::create(*loop.loop, std::move(http), [this, &loop](const HttpRequest& head) { return route(loop, head); });
  }
  admission_->set_listener([this](const AdmissionSnapshotPtr& admission) {
    for (Loop& loop : loops_) {
      (void)loop.loop->post([&loop, admission] { loop.gateway->set_admission(admission); });
    }
  });
  presence_.subscribe([this](const AgentPresence& agent) {
    const bool anybody = presence_.anybody_online();
    for (Loop& loop : loops_) {
      (void)loop.loop->post([&loop, agent, anybody] { loop.gateway->on_presence(agent, anybody); });
    }
    router_->on_presence();
  });
  ended_subscription_ = authenticator_->subscribe_ended([this](const AccessEnded& ended) {
    for (Loop& loop : loops_) loop.gateway->end_access(ended);
  });
  look_at_hours();
  WK_TRY_VOID(listen());
  for (Loop& loop : loops_) {
    loop.thread = std::thread([&loop] { loop.loop->run(); });
  }
  router_->start();
  start_bot();
  return {};
}

void App::look_at_hours() {
  auto sites = directory_->sites();
  const std::int64_t now_ms = clock_.now_ms();
  if (sites == sites_seen_ && now_ms / 60'000 == minute_seen_) return;
  auto closed = std::make_shared<const ClosedSites>(closed_sites(*sites, now_ms));
  sites_seen_ = std::move(sites);
  minute_seen_ = now_ms / 60'000;
  if (closed_sites_ == nullptr ? closed->empty() : *closed == *closed_sites_) return;
  closed_sites_ = closed;
  for (Loop& loop : loops_) {
    (void)loop.loop->post([&loop, closed] { loop.gateway->set_closed_sites(closed); });
  }
}

void App::start_bot() {
  // Behind the start: chat does not wait for it.
  const Enqueued enqueued = ai_pool_.submit([this] {
    if (auto loaded = knowledge_->load(); !loaded) log_error("knowledge.not_loaded", {{"reason", loaded.error().context}});
    if (auto loaded = intents_->load(); !loaded) log_error("intents.not_loaded", {{"reason", loaded.error().context}});
    bot_->start();
    intents_->start();
    // What it reads goes into the index that is there now.
    crawls_->start();
  });
  WK_ASSERT(enqueued == Enqueued::kAccepted);
}

Result<void> App::listen() {
  for (const std::string& text : options_.listen) {
    WK_TRY(Endpoint endpoint, Endpoint::parse(text));
    // The first loop's listener learns the port that the others share.
    for (Loop& loop : loops_) {
      WK_TRY(endpoint, loop.http->listen(endpoint));
    }
    endpoint_ = endpoint;
  }
  return {};
}

HttpRoute App::route(Loop& loop, const HttpRequest& head) {
  UpgradeAdmission admission{.over_limit = head.over_limit};
  // Behind a proxy that is believed, the client is known only now. The proxy's own connections are no measure, its sockets are.
  if (head.path == "/ws" && head.client != head.peer) {
    auto admitted = accept_door_->admit(head.client, loop.gateway->admission().limits, loop.loop->now());
    if (!admitted) return api::too_many_connections_response(jittered(AcceptDoor::kPlaceWait));
    admission = {admitted->over_limit, std::move(admitted->permit)};
  }
  const Milliseconds over_limit = admission.over_limit;
  // Preflights are answered: only then may a page of another origin read what it is told.
  if (over_limit.count() == 0 || head.method == "OPTIONS") return choose(loop, head, std::move(admission));
  if (!may_be_agent(head)) return api::too_many_connections_response(over_limit);
  return api::only_agents(*api_services_, choose(loop, head, std::move(admission)), over_limit);
}

HttpRoute App::choose(Loop& loop, const HttpRequest& head, UpgradeAdmission admission) {
  if (head.path == "/ws") return upgrade_route(*loop.gateway, head, std::move(admission));
  if (auto api = dispatcher_->route(head)) return std::move(*api);
  if (auto page = pages_->route(head)) return std::move(*page);
  return HttpResponse::text(404, "Not found\n");
}

void App::print_listening() {
  nlohmann::ordered_json line{{"event", "listening"},
                              {"url", std::string(tls_ ? "https://" : "http://") + endpoint_.text()},
                              {"version", WK_VERSION}};
  if (auto code = authenticator_->setup_code(); code && *code) line["setupCode"] = **code;
  if (!demo_json_.empty()) line["demo"] = nlohmann::ordered_json::parse(demo_json_);
  std::printf("%s\n", line.dump().c_str());
  std::fflush(stdout);
}

Result<void> App::run() {
  WK_TRY_VOID(start_loops());
  if (options_.demo) {
    WK_TRY(demo_json_, make_demo(*api_services_, options_.data, options_.demo_bot));
  }
  if (!tls_) {
    log_warning("server.no_tls", {{"reason", "cookies and passwords travel in the clear; use --tls-cert and --tls-key, or a proxy with TLS"}});
  }
  if (::geteuid() == 0) {
    log_warning("server.root", {{"reason", "it runs as root and needs nothing of root's; use packaging/weikeyi.service, or start it as a user of its own that owns the data directory"}});
  }
  const auto ready_ms = std::chrono::duration_cast<Milliseconds>(clock_.steady() - started_).count();
  log_info("server.ready", {{"address", endpoint_.text()}, {"loops", loops_.size()}, {"ready_ms", ready_ms}});
  print_listening();
  wait_for_signal();
  stop();
  return {};
}

void App::wait_for_signal() {
  // The main thread is the slow clock of the house: it ticks once a second until a signal comes.
  const sigset_t signals = stop_signals();
  for (std::uint64_t second = 1;; ++second) {
    const timespec tick{.tv_sec = 1, .tv_nsec = 0};
    if (const int signal = ::sigtimedwait(&signals, nullptr, &tick); signal > 0) {
      log_info("server.stopping", {{"signal", signal}});
      return;
    }
    presence_.sweep();
    router_->tick();
    bot_->tick();
    // What other ways than REST changed (the demo, commands): within a second.
    admission_->look_at_sites();
    look_at_hours();
    if (second % 5 == 0) {
      broker_->sweep();
      (void)ai_pool_.submit([this] { save_knowledge(false); });
      if (tls_) {
        if (auto reloaded = tls_->reload_if_changed(); !reloaded) {
          log_error("tls.reload_failed", {{"reason", reloaded.error().context}});
        } else if (*reloaded) {
          log_info("tls.reloaded");
        }
      }
    }
    if (second % 3600 == 0) {
      (void)pool_.submit([this] {
        if (auto purged = directory_->purge(clock_.now_ms()); !purged) {
          log_warning("directory.purge_failed", {{"reason", purged.error().context}});
        }
      });
    }
  }
}

void App::stop() {
  if (std::exchange(stopped_, true)) return;
  draining_ = true;
  const bool running = !loops_.empty() && loops_.front().thread.joinable();
  if (running) {
    // Two drains a loop. Those of a loop whose clients do not leave end at their deadline.
    auto left = std::make_shared<std::latch>(static_cast<std::ptrdiff_t>(loops_.size() * 2));
    for (Loop& loop : loops_) {
      (void)loop.loop->post([&loop, left] {
        loop.http->drain(kDrainDeadline, [left] { left->count_down(); });
        loop.gateway->drain(kDrainDeadline, [left] { left->count_down(); });
      });
    }
    left->wait();
  }
  ended_subscription_.reset();
  // Handlers first (they wait for the core), then the core's calls, then what they commit.
  if (bot_) bot_->stop_writing();
  if (agent_writer_) agent_writer_->stop();
  if (crawls_) crawls_->ask_to_stop();
  if (knowledge_) knowledge_->stop_loading();
  api_pool_.stop();
  if (assist_pool_) assist_pool_->stop();
  ai_pool_.stop();
  if (writer_pool_) writer_pool_->stop();
  if (intents_) intents_->stop();
  document_pool_.stop();
  if (crawls_) crawls_->stop();
  if (knowledge_) save_knowledge(true);
  pool_.stop();
  file_pool_.stop();
  if (storage_) storage_->close();
  for (Loop& loop : loops_) loop.loop->stop();
  for (Loop& loop : loops_) {
    if (loop.thread.joinable()) loop.thread.join();
    loop.http.reset();
    loop.gateway.reset();
  }
  if (running) log_info("server.stopped");
}

void App::save_knowledge(bool now) {
  if (auto saved = knowledge_->save(now); !saved) log_warning("knowledge.index_not_saved", {{"reason", saved.error().context}});
}

std::string App::not_ready() const {
  if (draining_.load(std::memory_order_relaxed)) return "the server is stopping";
  if (broker_->storage_refuses()) return "the disk refuses what should be stored; reading works";
  return {};
}

std::string App::metrics() {
  std::vector<const LoopStats*> loops;
  for (Loop& loop : loops_) loops.push_back(&loop.loop->stats());
  return metrics_text({.broker = broker_->figures(),
                       .storage = storage_->metrics(),
                       .presence = &presence_,
                       .admission = &admission_->figures(),
                       .loops = std::move(loops),
                       .api_queued = api_pool_.queued(),
                       .storage_queued = pool_.queued(),
                       .bot = bot_->figures(),
                       .llm = llm_ ? std::optional(llm_->figures()) : std::nullopt,
                       .sentence_vectors = sentence_cache_ ? sentence_cache_->figures() : ai::CachedEncoder::Figures{},
                       .up_seconds = std::chrono::duration<double>(clock_.steady() - started_).count()});
}

}  // namespace wk
