// history DIR: fills a data directory with what years of chat leave behind, through the product's own storage and rules, without
// sockets: real events (decide, fold), the journal, the readers of warm tier, contacts and search index. Nothing may serve the directory
// meanwhile.
//
//   weikeyi serve --demo --data DIR …, stopped again      # a site and agents; without them it makes a site of its own
//   history DIR --events 10000000 --conversations 1000000
//   weikeyi serve --data DIR …
//
// Bounded by its arguments, and in memory by how far the readers may be behind. The same seed writes the same texts.
#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <future>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "bench/history/texts.hpp"
#include "core/model/decide.hpp"
#include "core/model/fold.hpp"
#include "core/model/visibility.hpp"
#include "storage/embedded/directory/sqlite_directory.hpp"
#include "storage/embedded/manager/storage_manager.hpp"

namespace wk::bench {
namespace {

constexpr std::size_t kBatchEvents = 4'000;
// What the readers may be behind, in bytes of the journal.
constexpr std::uint64_t kBehindBytesMax = std::uint64_t{128} << 20;
constexpr Milliseconds kPatience{600'000};

struct HistoryOptions {
  std::filesystem::path data;
  std::uint64_t events = 10'000'000;
  std::uint64_t conversations = 1'000'000;
  // Conversations that take turns at a time.
  std::uint64_t live = 2'000;
  // How many of a hundred nobody resolved.
  std::uint64_t open_percent = 10;
  // Over how long it spreads, until now.
  std::uint64_t days = 29;
  std::uint64_t seed = 1;
};

// An id as base/ids.hpp makes them, of that time: 41 bits of milliseconds since 2024, node, counter.
class PastIds {
 public:
  std::uint64_t next(std::int64_t time_ms) {
    constexpr std::int64_t kEpochMs = 1'704'067'200'000;
    last_ = std::max(last_ + 1, static_cast<std::uint64_t>(time_ms - kEpochMs) << 22);
    return last_;
  }

 private:
  std::uint64_t last_ = 0;
};

struct Chat {
  v1::ConversationSummary state;
  VisitorPrincipal visitor;
  std::uint64_t events_left = 0;
  bool stays_open = false;
};

class History {
 public:
  History(const HistoryOptions& options, SiteId site, AgentPrincipal agent)
      : options_(options), site_(site), agent_(std::move(agent)), random_(options.seed) {
    end_ms_ = SystemClock::instance().now_ms();
    begin_ms_ = end_ms_ - static_cast<std::int64_t>(options.days) * 86'400'000;
    context_.set_page_url("https://shop.example/cn/kettles/k200");
    context_.set_page_title("恒温电水壶 K200");
    context_.set_referrer("https://www.example.com/search?q=shop");
    context_.set_user_agent("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36");
    context_.set_locale("zh-CN");
  }

  bool done() const { return made_ >= options_.events; }
  std::uint64_t made() const { return made_; }
  std::uint64_t conversations() const { return begun_; }

  Result<EventBatch> next() {
    std::vector<EventRef> batch;
    batch.reserve(kBatchEvents + 8);
    while (batch.size() < kBatchEvents && !done()) WK_TRY_VOID(turn(batch));
    return EventBatch(std::move(batch));
  }

 private:
  std::int64_t now_ms() const {
    return begin_ms_ + static_cast<std::int64_t>(static_cast<double>(end_ms_ - begin_ms_) * (static_cast<double>(made_) / static_cast<double>(options_.events)));
  }

  void begin() {
    const std::uint64_t average = std::max<std::uint64_t>(1, options_.events / options_.conversations);
    Chat chat;
    chat.visitor = {.site = site_,
                    .contact = ContactId(ids_.next(now_ms())),
                    .conversation = ConversationId(ids_.next(now_ms())),
                    .name = visitor_name(random_)};
    // Around the average: what is left goes to those that follow.
    chat.events_left = 1 + random_() % (2 * average);
    chat.stays_open = random_() % 100 < options_.open_percent;
    chats_.push_back(std::move(chat));
    ++begun_;
  }

  // Somebody writes, in one of the conversations.
  Result<void> turn(std::vector<EventRef>& batch) {
    const std::uint64_t due = options_.conversations * made_ / options_.events + 1;
    while (begun_ < std::min(options_.conversations, due)) begin();
    if (chats_.empty()) begin();
    while (chats_.size() > options_.live) WK_TRY_VOID(end(0, batch));
    const std::size_t at = random_() % chats_.size();
    Chat& chat = chats_[at];
    v1::Append append;
    const bool by_agent = chat.state.last_message().actor_kind() == v1::ACTOR_KIND_VISITOR && random_() % 4 != 0 && chat.events_left > 2;
    append.mutable_message()->set_text(by_agent ? agent_text(random_) : visitor_text(random_));
    WK_TRY_VOID(take(chat, by_agent ? Principal(agent_) : Principal(chat.visitor), std::move(append), batch));
    // The last conversations that may begin go on until the events are used up.
    if (chat.events_left == 0 && (chats_.size() > 1 || begun_ < options_.conversations)) return end(at, batch);
    return {};
  }

  Result<void> end(std::size_t at, std::vector<EventRef>& batch) {
    if (chats_[at].state.last_seq() == 0) {  // its first word is due before it may go
      v1::Append append;
      append.mutable_message()->set_text(visitor_text(random_));
      WK_TRY_VOID(take(chats_[at], chats_[at].visitor, std::move(append), batch));
    }
    if (!chats_[at].stays_open) {
      v1::Append append;
      append.mutable_change_state()->set_to(v1::CONVERSATION_STATE_RESOLVED);
      WK_TRY_VOID(take(chats_[at], agent_, std::move(append), batch));
    }
    std::swap(chats_[at], chats_.back());
    chats_.pop_back();
    return {};
  }

  // As core/broker's shard does it: decided, numbered, encoded, folded.
  Result<void> take(Chat& chat, const Principal& principal, v1::Append append, std::vector<EventRef>& batch) {
    append.set_client_id(uuid_v7(now_ms()));
    WK_TRY(std::vector<v1::Event> events, decide(chat.state, principal, std::move(append), {context_, now_ms()}));
    for (v1::Event& event : events) {
      event.set_conversation_id(chat.visitor.conversation.value());
      event.set_seq(chat.state.last_seq() + 1);
      event.set_time_ms(std::max(now_ms(), chat.state.updated_ms()));
      batch.push_back({chat.visitor.conversation, event.seq(), SharedBytes(event.SerializeAsString()), visitor_may_see(event)});
      fold(chat.state, event);
      ++made_;
      if (chat.events_left > 0) --chat.events_left;
    }
    return {};
  }

  const HistoryOptions options_;
  const SiteId site_;
  const AgentPrincipal agent_;
  std::mt19937_64 random_;
  std::int64_t begin_ms_ = 0;
  std::int64_t end_ms_ = 0;
  v1::VisitorContext context_;
  PastIds ids_;
  std::vector<Chat> chats_;
  std::uint64_t made_ = 0;
  std::uint64_t begun_ = 0;
};

Result<SiteId> site_of(SqliteDirectory& directory) {
  if (const auto sites = directory.sites(); !sites->empty()) return SiteId(sites->front().id());
  v1::Site site;
  site.set_id(IdGenerator().next());
  site.set_key("history");
  site.set_name("History");
  WK_TRY_VOID(directory.create_site(site));
  return SiteId(site.id());
}

Result<AgentPrincipal> agent_of(SqliteDirectory& directory) {
  WK_TRY(const v1::AgentList agents, directory.agents({}));
  if (agents.agents_size() == 0) return AgentPrincipal{.agent = AgentId(1), .role = v1::ROLE_AGENT, .name = "Lin 林"};
  const v1::Agent& agent = agents.agents(0);
  return AgentPrincipal{.agent = AgentId(agent.id()), .role = agent.role(), .name = agent.name()};
}

Result<void> store(StorageManager& storage, EventBatch events) {
  auto promise = std::make_shared<std::promise<Result<JournalPosition>>>();
  auto stored = promise->get_future();
  if (storage.append(std::move(events), [promise](Result<JournalPosition> end) { promise->set_value(std::move(end)); }) != Enqueued::kAccepted) {
    return fail(ErrorCode::kBusy, "the journal refused");
  }
  WK_TRY([[maybe_unused]] const JournalPosition end, stored.get());
  return {};
}

Result<void> catch_up(StorageManager& storage, std::uint64_t may_be_behind) {
  const JournalPosition end = storage.journal_end();
  const JournalPosition wanted{end.value > may_be_behind ? end.value - may_be_behind : 0};
  for (JournalReader* reader : {&storage.warm_reader(), &storage.search_reader()}) {
    if (!reader->wait_until(wanted, kPatience)) return fail(ErrorCode::kTimeout, "a reader does not get on: " + reader->stats().error);
  }
  return {};
}

Result<void> run(const HistoryOptions& options) {
  const auto started = std::chrono::steady_clock::now();
  const auto seconds = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count(); };
  std::error_code error;
  std::filesystem::create_directories(options.data, error);
  if (error) return fail(ErrorCode::kIo, "cannot make " + options.data.string() + ": " + error.message());
  WK_TRY(const auto directory, SqliteDirectory::open(options.data / "directory.db"));
  StorageManager::Options storage_options;
  storage_options.directory = options.data;
  storage_options.contacts = directory.get();
  storage_options.archive_in_background = false;
  WK_TRY(const auto storage, StorageManager::open(std::move(storage_options)));
  WK_TRY(const SiteId site, site_of(*directory));
  WK_TRY(AgentPrincipal agent, agent_of(*directory));
  History history(options, site, std::move(agent));
  double told = 0;
  while (!history.done()) {
    WK_TRY(EventBatch batch, history.next());
    WK_TRY_VOID(store(*storage, std::move(batch)));
    WK_TRY_VOID(catch_up(*storage, kBehindBytesMax));
    if (seconds() - told >= 10) {
      told = seconds();
      std::fprintf(stderr, "history: %llu events after %.0f s\n", static_cast<unsigned long long>(history.made()), told);
    }
  }
  WK_TRY_VOID(catch_up(*storage, 0));
  storage->close();
  std::printf("{\"events\":%llu,\"conversations\":%llu,\"seconds\":%.1f}\n", static_cast<unsigned long long>(history.made()),
              static_cast<unsigned long long>(history.conversations()), seconds());
  return {};
}

}  // namespace
}  // namespace wk::bench

int main(int argc, char** argv) {
  CLI::App app{"Fills a data directory with a history of chat"};
  wk::bench::HistoryOptions options;
  app.add_option("data", options.data, "Data directory that nothing serves")->required();
  app.add_option("--events", options.events, "How many events")->capture_default_str()->check(CLI::Range(1, 1'000'000'000));
  app.add_option("--conversations", options.conversations, "In how many conversations")->capture_default_str()->check(CLI::Range(1, 100'000'000));
  app.add_option("--live", options.live, "Conversations that take turns at a time")->capture_default_str()->check(CLI::Range(1, 1'000'000));
  app.add_option("--open-percent", options.open_percent, "Of a hundred, how many nobody resolves")->capture_default_str()->check(CLI::Range(0, 100));
  app.add_option("--days", options.days, "Over how many days until now it spreads")->capture_default_str()->check(CLI::Range(1, 3'650));
  app.add_option("--seed", options.seed, "Of the random texts and turns")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  const auto done = wk::bench::run(options);
  if (done) return 0;
  std::fprintf(stderr, "history: %s\n", done.error().context.c_str());
  return 1;
}
