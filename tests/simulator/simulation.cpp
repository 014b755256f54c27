#include "tests/simulator/simulation.hpp"

#include <algorithm>
#include <array>

namespace wk::simulator {
namespace {

constexpr ConversationId conversation_of(std::size_t visitor) { return ConversationId(42'000 + visitor); }

}  // namespace

Simulation::Simulation(std::uint64_t seed, Mutation mutation, Directory& directory, std::filesystem::path where)
    : world_(seed, mutation, std::move(where)), directory_(directory) {
  const Profile& profile = world_.profile;
  for (std::size_t i = 0; i < profile.visitors; ++i) conversations_.push_back(conversation_of(i));
  for (std::size_t i = 0; i < profile.visitors; ++i) {
    people_.push_back(std::make_unique<Person>(
        world_, VisitorPrincipal{.site = SiteId(1), .contact = ContactId(7'001 + i), .conversation = conversation_of(i), .name = "Mei"},
        std::vector{conversation_of(i)}));
  }
  for (std::size_t i = 0; i < profile.agents; ++i) {
    people_.push_back(std::make_unique<Person>(
        world_, AgentPrincipal{.agent = AgentId(9'001 + i), .role = v1::ROLE_AGENT, .name = "Li"}, conversations_));
  }
}

Simulation::~Simulation() = default;

Outcome Simulation::run(std::function<void(const std::string&)> on_trace) {
  world_.on_trace = std::move(on_trace);
  const Profile& p = world_.profile;
  world_.trace("{} visitors, {} agents, {} steps, segments of {}, hot {}/{}, window {}, crash {}+{}, full {}, jumps {}", p.visitors, p.agents,
               p.steps, p.segment_bytes, p.hot_bytes, p.hot_unwarmed_bytes, p.dedupe_entries_max, p.crash, p.crash_inside, p.disk_full,
               p.clock_jump);
  if (world_.mutation == Mutation::kSyncLies) world_.disk->ignore_syncs(true);
  start_server();
  while (!world_.violation && world_.step < p.steps) {
    ++world_.step;
    one_step();
  }
  if (!world_.violation) heal();
  if (!world_.violation) final_audit();
  Outcome outcome{.violation = world_.violation,
                  .step = world_.step,
                  .digest = world_.digest,
                  .events = world_.ledger.events_count(),
                  .acks = world_.ledger.acks_count(),
                  .starts = starts_};
  server_.reset();
  return outcome;
}

void Simulation::one_step() {
  const Profile& p = world_.profile;
  const unsigned fault = quiet_ ? 0 : 1;
  const std::array choices{
      Choice{300, &Simulation::step_loop},
      Choice{120, &Simulation::step_pool},
      Choice{90, &Simulation::step_committer},
      Choice{quiet_ ? 60 : p.warm_reader, &Simulation::step_warm_reader},
      Choice{quiet_ ? 60 : p.search_reader, &Simulation::step_search_reader},
      Choice{p.archiver, &Simulation::step_archiver},
      Choice{20, &Simulation::sweep},
      Choice{120, &Simulation::network_up},
      Choice{160, &Simulation::network_down},
      Choice{150, &Simulation::people},
      Choice{60, &Simulation::connect},
      Choice{8, &Simulation::probe},
      Choice{fault * p.cut, &Simulation::cut},
      Choice{fault * p.stall, &Simulation::stall},
      Choice{fault * p.crash, &Simulation::crash},
      Choice{fault * p.crash_inside, &Simulation::crash_inside},
      Choice{fault * p.disk_full, &Simulation::disk_full},
      Choice{fault * p.write_error, &Simulation::write_error},
      Choice{fault * p.clock_jump, &Simulation::clock_jump},
  };
  unsigned total = 0;
  for (const Choice& choice : choices) total += choice.weight;
  // Most threads have nothing to do most of the time; a few draws find one that has.
  for (int draw = 0; draw < 8; ++draw) {
    std::size_t at = world_.random.below(total);
    const Choice* choice = choices.data();
    for (; at >= choice->weight; ++choice) at -= choice->weight;
    if ((this->*choice->act)()) break;
  }
  world_.clock.advance(Milliseconds(world_.random.between(0, 40)));
  // It died in the middle of something.
  if (world_.dead && server_) die(die_by_power_);
}

// ---- the server's life

void Simulation::start_server() {
  for (int attempt = 0; !world_.violation; ++attempt) {
    ++starts_;
    world_.disk->on_step([this](const char* what) {
      if (die_in_calls_ == 0 || world_.dead || --die_in_calls_ > 0) return;
      world_.trace("dies before the call: {}", what);
      world_.dead = true;
      take_disk(die_by_power_);
    });
    auto server = Server::start(world_, directory_, conversations_);
    if (server) {
      server_ = std::move(*server);
      world_.trace("started: {} events", world_.ledger.events_count());
      return;
    }
    if (server.error().code != ErrorCode::kUnavailable) {
      return world_.violate(fmt::format("does not start: {}: {}", error_code_name(server.error().code), server.error().context));
    }
    world_.disk = std::move(disk_after_);
  }
}

void Simulation::take_disk(bool power) {
  disk_after_ = power ? world_.disk->after_power_cut(world_.random.engine()) : world_.disk->after_kill();
  if (world_.mutation == Mutation::kSyncLies) disk_after_->ignore_syncs(true);
}

void Simulation::die(bool power) {
  if (!disk_after_) take_disk(power);
  const JournalPosition end = server_->storage().journal_end();
  const bool behind = !world_.dead && server_->storage().warm_reader().cursor() < end;
  server_.reset();
  orphans_.clear();
  world_.disk = std::move(disk_after_);
  // A disk that is full is so for the next process, too.
  world_.disk->set_room(full_ ? world_.disk->used() : UINT64_MAX);
  die_in_calls_ = 0;
  if (behind && world_.mutation == Mutation::kCursorBeforeApply) store_warm_cursor(world_.directory / "warm.db", end);
  if (world_.profile.search_lost && world_.random.percent(50)) {
    for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(world_.directory / ("search.db" + std::string(suffix)));
  }
  // Sockets end; what the kernel still had may arrive.
  for (auto& [person, device] : devices()) {
    if (!device->link) continue;
    device->link->cut = true;
    device->link->up.clear();
    device->link->session = 0;
  }
  if (world_.random.percent(20)) die_in_calls_ = 1 + world_.random.below(4);  // and again while it recovers
  start_server();
}

bool Simulation::crash() {
  die_by_power_ = world_.random.percent(70);
  world_.trace("{}", die_by_power_ ? "the power fails" : "kill -9");
  die(die_by_power_);
  return true;
}

bool Simulation::crash_inside() {
  if (die_in_calls_ > 0) return false;
  die_by_power_ = world_.random.percent(70);
  die_in_calls_ = 1 + world_.random.below(6);
  world_.trace("will die in the {}th call to the disk", die_in_calls_);
  return true;
}

// ---- steps of the server

bool Simulation::step_loop() {
  // Over all lanes that have something, so that no thread's posts wait for ever.
  std::vector<std::pair<std::size_t, std::size_t>> full;
  for (std::size_t loop = 0; loop < kLoops; ++loop) {
    for (std::size_t thread = 0; thread < kThreads; ++thread) {
      if (!server_->loop(loop).lane(thread).empty()) full.emplace_back(loop, thread);
    }
  }
  if (full.empty()) return false;
  const auto [loop, thread] = world_.random.one_of(full);
  world_.trace("loop {} runs what thread {} posted", loop, thread);
  return server_->step_loop(loop, thread);
}

bool Simulation::step_pool() {
  if (!server_->step_pool()) return false;
  world_.trace("pool");
  return true;
}

bool Simulation::step_committer() {
  if (!server_->step_committer()) return false;
  world_.trace("committer: journal ends at {}", server_->storage().journal_end().value);
  return true;
}

bool Simulation::step_warm_reader() {
  if (!server_->step_warm_reader()) return false;
  world_.trace("warm reader: {}", server_->storage().warm_reader().cursor().value);
  return true;
}

bool Simulation::step_search_reader() {
  if (!server_->step_search_reader()) return false;
  world_.trace("search reader: {}", server_->storage().search_reader().cursor().value);
  return true;
}

bool Simulation::step_archiver() { return server_->step_archiver(); }

bool Simulation::sweep() {
  server_->sweep();
  return true;
}

// ---- the network

std::vector<std::pair<Person*, Device*>> Simulation::devices() {
  std::vector<std::pair<Person*, Device*>> all;
  for (auto& person : people_) {
    for (Device& device : person->devices()) all.emplace_back(person.get(), &device);
  }
  return all;
}

bool Simulation::network_up() {
  auto all = devices();
  std::erase_if(all, [](auto& at) { return !at.second->link || at.second->link->session == 0; });
  if (all.size() + orphans_.size() == 0) return false;
  const std::size_t which = world_.random.below(all.size() + orphans_.size());
  if (which < all.size()) return deliver_up(*all[which].second->link);
  Link& orphan = *orphans_[which - all.size()];
  const bool done = deliver_up(orphan);
  if (orphan.session == 0) orphans_.erase(orphans_.begin() + static_cast<std::ptrdiff_t>(which - all.size()));
  return done;
}

bool Simulation::deliver_up(Link& link) {
  if (!link.up.empty()) {
    world_.trace("session {} gets a frame of {}", link.session, link.up.front().size());
    std::string frame = std::move(link.up.front());
    link.up.pop_front();
    server_->receive(link.session, std::move(frame));
    return true;
  }
  if (!link.cut) return false;
  world_.trace("session {} ends", link.session);
  server_->disconnect(std::exchange(link.session, 0));
  return true;
}

bool Simulation::network_down() {
  auto all = devices();
  std::erase_if(all, [](auto& at) { return !at.second->link; });
  if (all.empty()) return false;
  auto [person, device] = world_.random.one_of(all);
  return deliver_down(*person, *device);
}

bool Simulation::deliver_down(Person& person, Device& device) {
  Link& link = *device.link;
  if (link.stalled && !quiet_) return false;
  if (link.down.empty()) {
    if (!link.cut) return false;
    drop_link(person, device);
    return true;
  }
  std::string frame = std::move(link.down.front());
  link.down.pop_front();
  const bool drained = link.down_bytes > Link::kLowWaterBytes && link.down_bytes - frame.size() <= Link::kLowWaterBytes;
  link.down_bytes -= frame.size();
  world_.trace("session {}: its client gets a frame of {}", link.session, frame.size());
  person.receive(device, frame);
  if (drained && link.session != 0) server_->drained(link.session);
  return true;
}

void Simulation::drop_link(Person& person, Device& device) {
  person.disconnected(device);
  // The server's end still has what is under way, and notices when it has read that.
  if (device.link->session != 0) orphans_.push_back(std::move(device.link));
  device.link.reset();
}

bool Simulation::connect() {
  auto all = devices();
  std::erase_if(all, [](auto& at) { return at.second->link != nullptr; });
  if (all.empty()) return false;
  auto [person, device] = world_.random.one_of(all);
  device->link = std::make_unique<Link>();
  server_->connect(world_.random.below(kLoops), person->principal(), *device->link);
  world_.trace("session {} begins", device->link->session);
  person->connected(*device);
  return true;
}

bool Simulation::cut() {
  auto all = devices();
  std::erase_if(all, [](auto& at) { return !at.second->link || at.second->link->cut; });
  if (all.empty()) return false;
  Link& link = *world_.random.one_of(all).second->link;
  world_.trace("session {} is cut", link.session);
  link.cut = true;
  link.stalled = false;
  link.up.resize(world_.random.below(link.up.size() + 1));
  link.down.resize(world_.random.below(link.down.size() + 1));
  return true;
}

bool Simulation::stall() {
  auto all = devices();
  std::erase_if(all, [](auto& at) { return !at.second->link; });
  if (all.empty()) return false;
  Link& link = *world_.random.one_of(all).second->link;
  link.stalled = !link.stalled;
  world_.trace("session {} {}", link.session, link.stalled ? "stalls" : "reads again");
  return true;
}

bool Simulation::people() {
  auto all = devices();
  auto [person, device] = world_.random.one_of(all);
  return person->act(*device, quiet_);
}

// ---- faults of disk and clock

bool Simulation::disk_full() {
  full_ = !full_;
  world_.disk->set_room(full_ ? world_.disk->used() + world_.random.below(2'000) : UINT64_MAX);
  world_.trace("the disk {}", full_ ? "is full" : "has room");
  return true;
}

bool Simulation::write_error() {
  world_.trace("a write will fail");
  world_.disk->fail_write(1 + static_cast<int>(world_.random.below(3)), world_.random.below(300), ErrorCode::kIo);
  return true;
}

bool Simulation::clock_jump() {
  constexpr std::array<std::int64_t, 9> kJumps{1'000, 12'000, 61'000, 3'600'000, 31LL * 86'400'000, -1'000, -15'000, -120'000, -7'200'000};
  const std::int64_t by = world_.random.one_of(kJumps);
  world_.trace("the clock jumps by {} ms", by);
  // Time that passes and, back or a little forward, a clock that was set.
  if (by > 0 && world_.random.percent(50)) {
    world_.clock.advance(Milliseconds(by));
  } else {
    world_.clock.set_wall_ms(world_.clock.now_ms() + by);
  }
  return true;
}

// ---- judging

// At any moment: what was promised can be read, whatever tier has it.
bool Simulation::probe() {
  const ConversationId conversation = world_.random.one_of(conversations_);
  const Seq last = world_.ledger.last_seq(conversation);
  const Seq after = static_cast<Seq>(world_.random.below(last + 1));
  const std::size_t limit = 1 + world_.random.below(30);
  const auto events = server_->storage().read(conversation, after, limit);
  if (events) {
    world_.ledger.on_read(conversation, after, limit, *events);
  } else {
    world_.violate("a read fails: " + events.error().context);
  }
  return true;
}

void Simulation::check_store() {
  for (const ConversationId conversation : conversations_) {
    const Seq last = world_.ledger.last_seq(conversation);
    for (Seq after = 0; after < last;) {
      const std::size_t limit = 1 + world_.random.below(40);
      const auto events = server_->storage().read(conversation, after, limit);
      if (!events) return world_.violate("a read fails: " + events.error().context);
      world_.ledger.on_read(conversation, after, limit, *events);
      if (events->empty()) return;
      after += static_cast<Seq>(events->size());
    }
    const auto summary = server_->storage().load(conversation);
    if (summary) {
      world_.ledger.on_summary(conversation, *summary);
    } else if (last > 0 || summary.error().code != ErrorCode::kNotFound) {
      world_.violate("a conversation does not load: " + summary.error().context);
    }
  }
}

// Everybody can go on: what was begun must come to its end.
void Simulation::heal() {
  world_.trace("all faults end");
  quiet_ = true;
  full_ = false;
  die_in_calls_ = 0;
  world_.disk->set_room(UINT64_MAX);
  world_.disk->fail_write(0, 0, ErrorCode::kIo);
  for (auto& [person, device] : devices()) {
    if (device->link) device->link->stalled = false;
  }
  const auto done = [&] {
    const auto all = devices();
    return std::all_of(people_.begin(), people_.end(), [](auto& person) { return person->at_rest() && person->caught_up(); }) &&
           std::all_of(all.begin(), all.end(), [](auto& at) { return at.second->link && at.second->link->up.empty() && at.second->link->down.empty(); }) &&
           orphans_.empty() && server_->idle();
  };
  constexpr std::size_t kStepsMax = 60'000;
  for (std::size_t i = 0; !world_.violation; ++i) {
    if (i % 16 == 0 && done()) return;
    if (i == kStepsMax) return world_.violate("does not come to rest");
    ++world_.step;
    one_step();
  }
}

void Simulation::final_audit() {
  for (const auto& person : people_) person->audit();
  check_store();
  if (world_.violation) return;
  for (int i = 0; i < 10'000 && (server_->step_warm_reader() || server_->step_search_reader() || server_->step_committer()); ++i) {
  }
  const auto metrics = server_->storage().metrics();
  if (metrics.warm_reader.cursor != metrics.journal_end || metrics.search_reader.cursor != metrics.journal_end) {
    return world_.violate("a reader does not catch up: " + metrics.warm_reader.error + metrics.search_reader.error);
  }
  if (metrics.warm.gaps > 0) return world_.violate("warm met a gap");
  check_store();
  check_search();
  if (const auto verified = server_->storage().verify_journal(); !verified) world_.violate("journal: " + verified.error().context);
  if (world_.violation) return;
  // Once more from the disk alone.
  die_by_power_ = true;
  die(true);
  if (!world_.violation) check_store();
}

// The index has each text once.
void Simulation::check_search() {
  for (const ConversationId conversation : conversations_) {
    const std::vector<Entry>& log = world_.ledger.log(conversation);
    for (std::size_t i = 0; i < std::min<std::size_t>(log.size(), 3); ++i) {
      const Entry& entry = log[world_.random.below(log.size())];
      const std::string& text = entry.event.has_note() ? entry.event.note().text() : entry.event.message().text();
      if (!text.starts_with("word")) continue;
      SearchQuery query;
      query.text = text.substr(0, text.find(' '));
      const auto found = server_->storage().search(query);
      if (!found) return world_.violate("a search fails: " + found.error().context);
      if (found->hits_size() != 1 || found->hits(0).seq() != entry.event.seq() || found->hits(0).conversation_id() != conversation.value()) {
        return world_.violate(fmt::format("conversation {}: event {} is found {} times", conversation.value(), entry.event.seq(), found->hits_size()));
      }
    }
  }
}

}  // namespace wk::simulator
