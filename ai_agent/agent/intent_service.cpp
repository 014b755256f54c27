#include "ai_agent/agent/intent_service.hpp"

#include <algorithm>
#include <set>

#include "ai_agent/agent/intent_report.hpp"
#include "ai_agent/agent/limits.hpp"
#include "base/log.hpp"
#include "base/thread_priority.hpp"
#include "base/whole_file.hpp"

namespace wk::ai {
namespace {

constexpr SiteId kEverySite{};
// How often the thread looks whether those who write entries have paused.
constexpr Milliseconds kLookEvery{500};

std::string name_of(SiteId site) { return site == kEverySite ? "every-site" : "site-" + std::to_string(site.value()); }

std::uint32_t progress_of(TrainingStage stage, float done) {
  struct Part {
    float from;
    float size;
  };
  // About what each takes of the time, with sentence vectors.
  static constexpr Part kParts[] = {{0, 300}, {300, 500}, {800, 200}};
  const Part& part = kParts[static_cast<std::size_t>(stage)];
  return static_cast<std::uint32_t>(part.from + part.size * std::clamp(done, 0.0F, 1.0F));
}

const v1::IntentModelVersion* find(const v1::IntentStatus& kept, std::uint32_t version) {
  const auto found = std::find_if(kept.versions().begin(), kept.versions().end(), [&](const auto& one) { return one.version() == version; });
  return found == kept.versions().end() ? nullptr : &*found;
}

}  // namespace

IntentService::IntentService(KnowledgeStore& store, std::filesystem::path directory, std::shared_ptr<const SentenceEncoder> encoder, const Clock& clock)
    : store_(store), directory_(std::move(directory)), encoder_(std::move(encoder)), clock_(clock) {}

std::filesystem::path IntentService::list_file(SiteId site) const { return directory_ / (name_of(site) + ".models"); }

std::filesystem::path IntentService::model_file(SiteId site, std::uint32_t version) const {
  return directory_ / (name_of(site) + "-" + std::to_string(version) + ".model");
}

Result<void> IntentService::write(SiteId site, const v1::IntentStatus& kept) const { return write_whole_file(list_file(site), {kept.SerializeAsString()}); }

Result<void> IntentService::load() {
  std::error_code error;
  std::filesystem::create_directories(directory_, error);
  if (error) return fail(ErrorCode::kIo, "make " + directory_.string() + ": " + error.message());
  std::set<SiteId> sites{kEverySite};
  WK_TRY_VOID(store_.each([&](v1::KnowledgeEntry&& entry) {
    if (entry.kind() != v1::KNOWLEDGE_KIND_ARTICLE && !entry.disabled()) sites.insert(SiteId(entry.site_id()));
  }));
  for (const SiteId site : sites) load_set(site);
  changed_.notify_all();
  return {};
}

void IntentService::load_set(SiteId site) {
  Set set;
  if (auto bytes = read_whole_file(list_file(site), agent_limits::kModelsFileBytesMax); bytes && !set.kept.ParseFromString(*bytes)) {
    log_warning("intents.list_unreadable", {{"site", site.value()}});
    set.kept.Clear();
  }
  if (find(set.kept, set.kept.active_version()) == nullptr) {
    set.kept.Clear();  // none yet, or a list that names what it does not have
  } else {
    auto model = IntentModel::load(model_file(site, set.kept.active_version()), encoder_);
    if (model) {
      set.model = std::move(*model);
    } else {
      // It is made again; a choice of somebody's that is gone cannot be kept.
      log_warning("intents.not_loaded", {{"site", site.value()}, {"reason", model.error().context}});
      set.kept.Clear();
    }
  }
  // Entries may have changed since: the mark tells.
  set.changed_first = clock_.steady() - agent_limits::kTrainAtLatestAfter;
  set.changed_last = *set.changed_first;
  const std::lock_guard lock(mutex_);
  sets_.insert_or_assign(site, std::move(set));
}

void IntentService::start() {
  thread_ = std::jthread([this](const std::stop_token& stop) {
    run_behind_others();
    while (!stop.stop_requested()) {
      if (train_next(stop)) continue;
      std::unique_lock lock(mutex_);
      const auto anything = [this] { return std::any_of(sets_.begin(), sets_.end(), [](const auto& one) { return one.second.asked_for || one.second.changed_first; }); };
      if (anything()) {
        changed_.wait_for(lock, stop, kLookEvery, [] { return false; });
      } else {
        changed_.wait(lock, stop, anything);
      }
    }
  });
}

void IntentService::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
}

void IntentService::note_change(SiteId site) {
  {
    const std::lock_guard lock(mutex_);
    const SteadyTime now = clock_.steady();
    const auto change = [&](Set& set) {
      if (!set.changed_first) set.changed_first = now;
      set.changed_last = now;
    };
    change(sets_[site]);
    if (site == kEverySite) {
      for (auto& [id, set] : sets_) change(set);
    }
  }
  changed_.notify_all();
}

bool IntentService::due(const Set& set) const {
  if (set.running) return false;
  if (set.asked_for) return true;
  if (!set.changed_first) return false;
  const SteadyTime now = clock_.steady();
  return now - set.changed_last >= agent_limits::kTrainAfter || now - *set.changed_first >= agent_limits::kTrainAtLatestAfter;
}

std::optional<SiteId> IntentService::take_due() {
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(sets_.begin(), sets_.end(), [this](const auto& one) { return due(one.second); });
  if (found == sets_.end()) return std::nullopt;
  Set& set = found->second;
  // What changes from here on is for the next time.
  set.changed_first.reset();
  set.running = true;
  set.kept.set_progress_permille(0);
  return found->first;
}

bool IntentService::train_next(const std::stop_token& stop) {
  const auto site = take_due();
  if (!site) return false;
  train_set(*site, stop);
  return true;
}

void IntentService::train_set(SiteId site, const std::stop_token& stop) {
  // What is written from here on the model may not have seen.
  const std::int64_t read_ms = clock_.now_ms();
  const auto examples = collect_intent_examples(store_, site, encoder_name());
  if (!examples) return finish(site, nullptr, "the entries cannot be read: " + examples.error().context);
  const bool enough = examples->intents() >= 2 && (site == kEverySite || examples->own_entries > 0);
  if (!enough) {
    drop(site);
    return finish(site, &*examples, {});
  }
  bool same = false;
  bool full = false;
  {
    const std::lock_guard lock(mutex_);
    const Set& set = sets_.at(site);
    same = !set.asked_for && set.model && set.kept.versions(0).examples_mark() == examples->mark;
    const auto models = std::count_if(sets_.begin(), sets_.end(), [](const auto& one) { return one.second.model != nullptr; });
    full = !set.model && static_cast<std::size_t>(models) >= agent_limits::kModelsMax;
  }
  if (full) return finish(site, &*examples, "there are " + std::to_string(agent_limits::kModelsMax) + " models already");
  if (same) return finish(site, &*examples, {});
  const SteadyTime begun = clock_.steady();
  TrainingOptions options;
  options.progress = [this, site](TrainingStage stage, float done) {
    const std::lock_guard lock(mutex_);
    sets_.at(site).kept.set_progress_permille(progress_of(stage, done));
  };
  auto trained = ai::train(examples->examples, encoder_, options, stop);
  if (stop.stop_requested()) return finish(site, &*examples, {});
  if (!trained) return finish(site, &*examples, trained.error().context);
  const auto took = std::chrono::duration_cast<Milliseconds>(clock_.steady() - begun).count();
  auto adopted = adopt(site, *examples, *trained, read_ms, static_cast<std::uint32_t>(took));
  finish(site, &*examples, adopted ? std::string() : adopted.error().context);
}

Result<void> IntentService::adopt(SiteId site, const IntentExamples& examples, const TrainedModel& trained, std::int64_t read_ms, std::uint32_t took_ms) {
  const std::lock_guard files(files_);
  v1::IntentStatus kept;
  {
    const std::lock_guard lock(mutex_);
    kept = sets_.at(site).kept;
  }
  v1::IntentModelVersion made = report_of(trained, examples);
  made.set_version(kept.versions_size() == 0 ? 1 : kept.versions(0).version() + 1);
  made.set_trained_ms(read_ms);
  made.set_took_ms(took_ms);
  WK_TRY_VOID(trained.model->save(model_file(site, made.version())));

  v1::IntentStatus next = kept;
  next.clear_versions();
  *next.add_versions() = made;
  std::vector<std::uint32_t> gone;
  for (v1::IntentModelVersion& version : *kept.mutable_versions()) {
    const bool keep = static_cast<std::size_t>(next.versions_size()) < agent_limits::kModelVersionsKept || version.version() == kept.pinned_version();
    if (keep) {
      next.add_versions()->Swap(&version);
    } else {
      gone.push_back(version.version());
    }
  }
  const bool use = kept.pinned_version() == 0;
  if (use) next.set_active_version(made.version());
  WK_TRY_VOID(write(site, next));
  // Only now: a list never names a file that is not there.
  for (const std::uint32_t version : gone) {
    std::error_code ignored;
    std::filesystem::remove(model_file(site, version), ignored);
  }
  const std::lock_guard lock(mutex_);
  Set& set = sets_.at(site);
  set.kept.Swap(&next);
  if (use) set.model = trained.model;
  log_info("intents.trained", {{"site", site.value()},
                               {"version", made.version()},
                               {"intents", made.intents()},
                               {"examples", made.examples()},
                               {"accuracy_permille", made.accuracy_permille()},
                               {"took_ms", made.took_ms()}});
  return {};
}

void IntentService::drop(SiteId site) {
  const std::lock_guard files(files_);
  v1::IntentStatus kept;
  {
    const std::lock_guard lock(mutex_);
    Set& set = sets_.at(site);
    set.model.reset();
    kept.Swap(&set.kept);
  }
  std::error_code ignored;
  std::filesystem::remove(list_file(site), ignored);
  for (const auto& version : kept.versions()) std::filesystem::remove(model_file(site, version.version()), ignored);
}

void IntentService::finish(SiteId site, const IntentExamples* examples, std::string failure) {
  if (!failure.empty()) log_warning("intents.not_trained", {{"site", site.value()}, {"reason", failure}});
  const std::lock_guard lock(mutex_);
  Set& set = sets_.at(site);
  set.running = false;
  set.asked_for = false;
  set.kept.set_progress_permille(0);
  set.kept.set_failure(std::move(failure));
  if (examples != nullptr) {
    set.kept.set_entries(static_cast<std::uint32_t>(examples->intents()));
    set.kept.set_entries_too_few(static_cast<std::uint32_t>(examples->too_few));
  }
}

IntentService::Sets::const_iterator IntentService::set_for(SiteId site) const {
  const auto own = sets_.find(site);
  return own != sets_.end() && own->second.model ? own : sets_.find(kEverySite);
}

std::optional<IntentGuess> IntentService::classify(SiteId site, std::string_view text) const {
  std::shared_ptr<const IntentModel> model;
  std::int64_t trained_ms = 0;
  {
    const std::lock_guard lock(mutex_);
    const auto set = set_for(site);
    if (set == sets_.end() || !set->second.model) return std::nullopt;
    model = set->second.model;
    if (const auto* version = find(set->second.kept, set->second.kept.active_version())) trained_ms = version->trained_ms();
  }
  thread_local IntentScratch scratch;
  const Zones zones = model->suggested_zones();
  const Classification seen = model->classify(text, {}, zones, scratch);
  if (seen.ranked_count == 0) return std::nullopt;
  IntentGuess guess{.zone = seen.zone, .confidence = seen.confidence, .wanted = zones.act, .trained_ms = trained_ms, .candidates = {}};
  for (const RankedIntent& one : seen.intents().first(std::min(seen.candidates, seen.ranked_count))) {
    if (const auto id = parse_id(model->labels()[one.intent])) guess.candidates.emplace_back(*id);
  }
  return guess;
}

v1::IntentStatus IntentService::status(SiteId site) {
  const std::lock_guard lock(mutex_);
  v1::IntentStatus out;
  const SiteId key = key_for(site);
  const auto set = sets_.find(key);
  if (set != sets_.end()) {
    out = set->second.kept;
    for (v1::IntentModelVersion& version : *out.mutable_versions()) {
      version.clear_weak();
      version.clear_confusions();
    }
  }
  out.set_site_id(key.value());
  out.set_state(v1::TRAINING_STATE_IDLE);
  if (set != sets_.end() && set->second.running) {
    out.set_state(v1::TRAINING_STATE_RUNNING);
  } else if (set != sets_.end() && (set->second.asked_for || set->second.changed_first)) {
    out.set_state(v1::TRAINING_STATE_WAITING);
  }
  return out;
}

// The site's own where it has entries of its own, trained yet or not.
SiteId IntentService::key_for(SiteId site) const {
  const auto own = sets_.find(site);
  if (own == sets_.end()) return kEverySite;
  const Set& set = own->second;
  return set.model || set.running || set.asked_for || set.changed_first || !set.kept.failure().empty() ? site : kEverySite;
}

Result<v1::IntentModelVersion> IntentService::version(SiteId site, std::uint32_t version) {
  const std::lock_guard lock(mutex_);
  const auto set = sets_.find(key_for(site));
  const v1::IntentModelVersion* found = set == sets_.end() ? nullptr : find(set->second.kept, version);
  if (found == nullptr) return fail(ErrorCode::kNotFound, "no such version");
  return *found;
}

Result<void> IntentService::train(SiteId site) {
  {
    const std::lock_guard lock(mutex_);
    sets_[key_for(site)].asked_for = true;
  }
  changed_.notify_all();
  return {};
}

Result<void> IntentService::activate(SiteId site, std::uint32_t version) {
  const std::lock_guard files(files_);
  v1::IntentStatus kept;
  SiteId key;
  {
    const std::lock_guard lock(mutex_);
    key = key_for(site);
    const auto set = sets_.find(key);
    if (set != sets_.end()) kept = set->second.kept;
  }
  if (kept.versions_size() == 0 || (version != 0 && find(kept, version) == nullptr)) return fail(ErrorCode::kNotFound, "no such version");
  const std::uint32_t active = version == 0 ? kept.versions(0).version() : version;
  WK_TRY(const auto model, IntentModel::load(model_file(key, active), encoder_));
  kept.set_pinned_version(version);
  kept.set_active_version(active);
  WK_TRY_VOID(write(key, kept));
  const std::lock_guard lock(mutex_);
  Set& set = sets_.at(key);
  set.kept.set_pinned_version(version);
  set.kept.set_active_version(active);
  set.model = model;
  return {};
}

}  // namespace wk::ai
