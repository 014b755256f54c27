#include "ai_agent/agent/crawl_service.hpp"

#include <algorithm>

#include "ai_agent/agent/limits.hpp"
#include "ai_agent/crawl/limits.hpp"
#include "base/log.hpp"
#include "base/thread_priority.hpp"

namespace wk::ai {
namespace {

constexpr std::int64_t kDayMs = 86'400'000;

tl::unexpected<Error> unknown() { return fail(ErrorCode::kNotFound, "no such crawl"); }

bool busy(const v1::KnowledgeCrawl& crawl) { return crawl.state() == v1::CRAWL_STATE_WAITING || crawl.state() == v1::CRAWL_STATE_RUNNING; }

// What a reading says of itself.
void take_run(const v1::KnowledgeCrawl& from, v1::KnowledgeCrawl& to) {
  to.set_pages_read(from.pages_read());
  to.set_pages_waiting(from.pages_waiting());
  to.set_changed(from.changed());
  to.set_unchanged(from.unchanged());
  to.set_removed(from.removed());
  *to.mutable_skipped() = from.skipped();
  to.set_skipped_count(from.skipped_count());
}

}  // namespace

CrawlService::CrawlService(KnowledgeCrawlStore& store, KnowledgeStore& knowledge, const Clock& clock, Options options)
    : store_(store), knowledge_(knowledge), clock_(clock), options_(std::move(options)) {}

Result<void> CrawlService::load() {
  WK_TRY(v1::KnowledgeCrawlList list, store_.crawls());
  const std::lock_guard lock(mutex_);
  for (v1::KnowledgeCrawl& crawl : *list.mutable_crawls()) {
    const KnowledgeCrawlId id(crawl.id());
    if (busy(crawl)) {
      crawl.set_state(v1::CRAWL_STATE_WAITING);
      waiting_.push_back(id);
    }
    crawls_.insert_or_assign(id, std::move(crawl));
  }
  return {};
}

void CrawlService::start() {
  const std::lock_guard starting(mutex_);
  if (stopping_) return;
  thread_ = std::jthread([this](const std::stop_token& stop) {
    run_behind_others();
    while (!stop.stop_requested()) {
      if (read_next(stop)) continue;
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, stop, agent_limits::kCrawlLookEvery, [this] { return !waiting_.empty(); });
    }
  });
}

void CrawlService::ask_to_stop() {
  std::stop_source thread(std::nostopstate);
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    thread = thread_.get_stop_source();
  }
  // Without the lock: what runs then takes it.
  thread.request_stop();
}

void CrawlService::stop() {
  ask_to_stop();
  // start() does not make another one any more.
  if (thread_.joinable()) thread_.join();
}

v1::KnowledgeCrawl* CrawlService::find(KnowledgeCrawlId id) {
  const auto found = crawls_.find(id);
  return found == crawls_.end() || erasing_.contains(id) ? nullptr : &found->second;
}

void CrawlService::queue_due() {
  const std::int64_t now = clock_.now_ms();
  for (auto& [id, crawl] : crawls_) {
    if (crawl.every_days() == 0 || busy(crawl) || erasing_.contains(id) || now - crawl.ended_ms() < crawl.every_days() * kDayMs) continue;
    crawl.set_state(v1::CRAWL_STATE_WAITING);
    waiting_.push_back(id);
  }
}

bool CrawlService::read_next(const std::stop_token& process_stop) {
  KnowledgeCrawlId id;
  v1::KnowledgeCrawl crawl;
  std::stop_token stop;
  {
    const std::lock_guard lock(mutex_);
    queue_due();
    if (waiting_.empty()) return false;
    id = waiting_.front();
    waiting_.pop_front();
    v1::KnowledgeCrawl* const found = find(id);
    if (found == nullptr) return true;
    found->set_state(v1::CRAWL_STATE_RUNNING);
    found->set_started_ms(clock_.now_ms());
    found->clear_failure();
    take_run({}, *found);
    crawl = *found;
    running_ = id;
    running_stop_ = std::stop_source();
    stop = running_stop_.get_token();
  }
  const std::stop_callback with_process(process_stop, [this] {
    const std::lock_guard lock(mutex_);
    running_stop_.request_stop();
  });
  read(id, std::move(crawl), stop, process_stop);
  {
    const std::lock_guard lock(mutex_);
    running_.reset();
  }
  changed_.notify_all();
  return true;
}

void CrawlService::read(KnowledgeCrawlId id, v1::KnowledgeCrawl crawl, const std::stop_token& stop, const std::stop_token& process_stop) {
  if (auto kept = keep(id); !kept) log_warning("crawl.not_kept", {{"crawl", id.value()}, {"reason", kept.error().context}});
  CrawlArticles articles(knowledge_, clock_, crawl, [&](const v1::KnowledgeCrawl& so_far) {
    const std::lock_guard lock(mutex_);
    if (const auto found = crawls_.find(id); found != crawls_.end()) take_run(so_far, found->second);
  });
  Result<void> done = articles.load(store_);
  if (done) {
    const std::uint32_t pages_max = crawl.pages_max() == 0 ? crawl_limits::kPagesDefault : std::min(crawl.pages_max(), crawl_limits::kPagesMax);
    done = crawl_site({.start_url = crawl.start_url(), .pages_max = pages_max, .private_addresses = options_.private_addresses, .version = options_.version, .known = articles.known()}, articles, stop);
  }
  if (done) done = articles.remove_gone();
  // The next start takes it up again.
  if (process_stop.stop_requested() && !done) return;
  {
    const std::lock_guard lock(mutex_);
    const auto found = crawls_.find(id);
    if (found == crawls_.end()) return;
    v1::KnowledgeCrawl& ended = found->second;
    take_run(articles.crawl(), ended);
    ended.set_pages_waiting(0);
    ended.set_ended_ms(clock_.now_ms());
    ended.set_state(done ? v1::CRAWL_STATE_DONE : stop.stop_requested() ? v1::CRAWL_STATE_STOPPED : v1::CRAWL_STATE_FAILED);
    if (ended.state() == v1::CRAWL_STATE_FAILED) ended.set_failure(std::string(done.error().client_code()));
  }
  const v1::KnowledgeCrawl& said = articles.crawl();
  log_info("crawl.ended", {{"crawl", id.value()},
                           {"result", done ? std::string("done") : std::string(done.error().client_code())},
                           {"pages", said.pages_read()},
                           {"changed", said.changed()},
                           {"unchanged", said.unchanged()},
                           {"removed", said.removed()},
                           {"skipped", said.skipped_count()}});
  if (auto kept = keep(id); !kept) log_warning("crawl.not_kept", {{"crawl", id.value()}, {"reason", kept.error().context}});
}

Result<void> CrawlService::keep(KnowledgeCrawlId id) {
  const std::lock_guard writing(writer_);
  v1::KnowledgeCrawl copy;
  {
    const std::lock_guard lock(mutex_);
    const auto found = crawls_.find(id);
    if (found == crawls_.end()) return {};
    copy = found->second;
  }
  return store_.put_crawl(copy);
}

Result<std::string> CrawlService::host_of(const std::string& start_url) { return crawl_host(start_url); }

v1::KnowledgeCrawlList CrawlService::list() {
  const std::lock_guard lock(mutex_);
  v1::KnowledgeCrawlList list;
  for (auto at = crawls_.rbegin(); at != crawls_.rend(); ++at) *list.add_crawls() = at->second;
  return list;
}

Result<v1::KnowledgeCrawl> CrawlService::crawl(KnowledgeCrawlId id) {
  const std::lock_guard lock(mutex_);
  const auto found = crawls_.find(id);
  if (found == crawls_.end()) return unknown();
  return found->second;
}

Result<void> CrawlService::take(const v1::KnowledgeCrawl& from, v1::KnowledgeCrawl& crawl) const {
  WK_TRY_VOID(crawl_host(from.start_url()));
  if (from.pages_max() > crawl_limits::kPagesMax) return fail(ErrorCode::kInvalidArgument, "pages_max is over " + std::to_string(crawl_limits::kPagesMax));
  if (from.every_days() > agent_limits::kCrawlEveryDaysMax) return fail(ErrorCode::kInvalidArgument, "every_days is over " + std::to_string(agent_limits::kCrawlEveryDaysMax));
  crawl.set_site_id(from.site_id());
  crawl.set_start_url(crawl_address(from.start_url()));
  crawl.set_pages_max(from.pages_max());
  crawl.set_every_days(from.every_days());
  return {};
}

Result<v1::KnowledgeCrawl> CrawlService::create(const v1::KnowledgeCrawl& from) {
  v1::KnowledgeCrawl made;
  WK_TRY_VOID(take(from, made));
  made.set_id(ids_.next());
  made.set_created_ms(clock_.now_ms());
  made.set_state(v1::CRAWL_STATE_WAITING);
  const KnowledgeCrawlId id(made.id());
  {
    const std::lock_guard lock(mutex_);
    if (crawls_.size() >= limits::kKnowledgeCrawlsMax) {
      return fail(Error{ErrorCode::kTooLarge, "no more than " + std::to_string(limits::kKnowledgeCrawlsMax) + " sites are read", "crawls_full", 0});
    }
    crawls_.insert_or_assign(id, made);
  }
  if (auto kept = keep(id); !kept) {
    const std::lock_guard lock(mutex_);
    crawls_.erase(id);
    return fail(std::move(kept).error());
  }
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(id);
  }
  changed_.notify_all();
  return made;
}

Result<v1::KnowledgeCrawl> CrawlService::replace(KnowledgeCrawlId id, const v1::KnowledgeCrawl& from) {
  v1::KnowledgeCrawl now;
  {
    const std::lock_guard lock(mutex_);
    v1::KnowledgeCrawl* const found = find(id);
    if (found == nullptr) return unknown();
    WK_TRY_VOID(take(from, *found));
    now = *found;
  }
  WK_TRY_VOID(keep(id));
  changed_.notify_all();
  return now;
}

Result<v1::KnowledgeCrawl> CrawlService::run(KnowledgeCrawlId id) {
  v1::KnowledgeCrawl now;
  {
    const std::lock_guard lock(mutex_);
    v1::KnowledgeCrawl* const found = find(id);
    if (found == nullptr) return unknown();
    if (!busy(*found)) {
      found->set_state(v1::CRAWL_STATE_WAITING);
      waiting_.push_back(id);
    }
    now = *found;
  }
  WK_TRY_VOID(keep(id));
  changed_.notify_all();
  return now;
}

Result<v1::KnowledgeCrawl> CrawlService::stop(KnowledgeCrawlId id) {
  v1::KnowledgeCrawl now;
  std::stop_source running(std::nostopstate);
  {
    const std::lock_guard lock(mutex_);
    v1::KnowledgeCrawl* const found = find(id);
    if (found == nullptr) return unknown();
    if (running_ == id) {
      running = running_stop_;
    } else if (found->state() == v1::CRAWL_STATE_WAITING) {
      std::erase(waiting_, id);
      found->set_state(v1::CRAWL_STATE_STOPPED);
      found->set_ended_ms(clock_.now_ms());
    }
    now = *found;
  }
  running.request_stop();
  WK_TRY_VOID(keep(id));
  return now;
}

Result<void> CrawlService::erase(KnowledgeCrawlId id) {
  {
    std::unique_lock lock(mutex_);
    if (find(id) == nullptr) return unknown();
    erasing_.insert(id);
    std::erase(waiting_, id);
    if (running_ == id) {
      std::stop_source running = running_stop_;
      lock.unlock();
      running.request_stop();
      lock.lock();
      if (!changed_.wait_for(lock, agent_limits::kCrawlEraseWait, [&] { return running_ != id; })) {
        erasing_.erase(id);
        return fail(Error{ErrorCode::kBusy, "a document is being read", nullptr, 5'000});
      }
    }
  }
  std::vector<KnowledgeEntryId> entries;
  Result<void> done = store_.each_of_crawl(id, [&](v1::KnowledgeEntry&& entry) { entries.emplace_back(entry.id()); });
  for (const KnowledgeEntryId entry : entries) {
    if (!done) break;
    done = knowledge_.erase(entry);
    if (!done && done.error().code == ErrorCode::kNotFound) done = {};  // somebody was quicker
  }
  if (done) {
    const std::lock_guard writing(writer_);
    done = store_.erase_crawl(id);
    const std::lock_guard lock(mutex_);
    if (done) crawls_.erase(id);
  }
  const std::lock_guard lock(mutex_);
  erasing_.erase(id);
  // With its articles half gone it is still there, stopped, and can be erased again.
  if (const auto left = crawls_.find(id); left != crawls_.end() && left->second.state() == v1::CRAWL_STATE_WAITING) left->second.set_state(v1::CRAWL_STATE_STOPPED);
  return done;
}

}  // namespace wk::ai
