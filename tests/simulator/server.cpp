#include "tests/simulator/server.hpp"

#include <algorithm>

namespace wk::simulator {

Result<std::unique_ptr<Server>> Server::start(World& world, Directory& directory, const std::vector<ConversationId>& conversations) {
  std::unique_ptr<Server> server(new Server(world));
  world.dead = false;
  const Result<void> opened = server->open(directory, conversations);
  if (world.dead) return fail(ErrorCode::kUnavailable, "died while it started");
  if (!opened) return fail(opened.error());
  return server;
}

Server::Server(World& world) : world_(world) {
  for (std::size_t i = 0; i < kLoops; ++i) loops_[i] = std::make_unique<SimulatedLoop>(world, i);
}

Result<void> Server::open(Directory& directory, const std::vector<ConversationId>& conversations) {
  StorageManager::Options options;
  options.directory = world_.directory;
  options.clock = &world_.clock;
  options.journal_segment_bytes = world_.profile.segment_bytes;
  options.journal_files = world_.disk.get();
  options.hot = {.bytes_max = world_.profile.hot_bytes, .unwarmed_bytes_max = world_.profile.hot_unwarmed_bytes, .shards = 2};
  options.list_wait_max = Milliseconds(0);
  options.own_threads = false;
  WK_TRY(storage_, StorageManager::open(std::move(options)));
  if (world_.dead) return {};
  for (const ConversationId conversation : conversations) {
    std::vector<EventRef> all;
    for (;;) {
      WK_TRY(std::vector<EventRef> events, storage_->read(conversation, static_cast<Seq>(all.size()), 1 + world_.random.below(20)));
      if (events.empty()) break;
      all.insert(all.end(), events.begin(), events.end());
    }
    world_.ledger.on_recovered(conversation, all);
  }
  world_.ledger.recovered();
  store_ = std::make_unique<ObservedStore>(world_, *storage_);
  std::vector<Executor*> executors;
  for (auto& loop : loops_) executors.push_back(loop.get());
  broker_ = std::make_unique<Broker>(executors, *store_, pool_, world_.clock, world_.profile.dedupe_entries_max);
  for (std::size_t i = 0; i < kLoops; ++i) {
    sinks_[i].server = this;
    sinks_[i].loop = i;
    broker_->attach(i, sinks_[i]);
  }
  service_ = std::make_unique<ConversationService>(*broker_, directory, pool_);
  world_.thread = 0;
  broker_->set_board(0, true);
  return {};
}

Server::~Server() {
  world_.dead = true;
  for (auto& loop : loops_) loop->drop();
  // The journal's last commits go to a disk that nobody looks at any more.
  storage_.reset();
}

bool Server::step_loop(std::size_t loop, std::size_t from_thread) {
  std::deque<Task>& lane = loops_[loop]->lane(from_thread);
  if (lane.empty()) return false;
  Task task = std::move(lane.front());
  lane.pop_front();
  turn(loop, task);
  return true;
}

bool Server::step_pool() {
  if (pool_.queued() == 0) return false;
  world_.thread = kThreadPool + world_.random.below(kPoolThreads);
  pool_.run_queued(world_.random.below(std::min(pool_.queued(), kPoolThreads)));
  return true;
}

bool Server::step_committer() {
  world_.thread = kThreadCommitter;
  return storage_->commit_step();
}

bool Server::step_warm_reader() { return storage_->warm_reader().round(); }
bool Server::step_search_reader() { return storage_->search_reader().round(); }

bool Server::step_archiver() {
  const auto moved = storage_->archive_step();
  if (!moved) world_.violate("archiver: " + moved.error().context);
  if (moved && *moved > 0) world_.trace("archiver: {} events", *moved);
  return moved && *moved > 0;
}

void Server::sweep() {
  for (std::size_t i = 0; i < kLoops; ++i) {
    turn(i, [&] {
      broker_->show_board(i);
      for (auto& [key, session] : sessions_) {
        if (session->loop() == i) session->sweep();
      }
    });
  }
  broker_->sweep();
}

bool Server::idle() {
  if (pool_.queued() > 0) return false;
  return std::all_of(loops_.begin(), loops_.end(), [](auto& loop) {
    for (std::size_t thread = 0; thread < kThreads; ++thread) {
      if (!loop->lane(thread).empty()) return false;
    }
    return true;
  });
}

Session& Server::connect(std::size_t loop, Principal principal, Link& link) {
  const std::uint64_t key = next_key_++;
  link.session = key;
  link.loop = loop;
  auto session = std::make_unique<Session>(*this, loop, key, std::move(principal), link);
  return *sessions_.emplace(key, std::move(session)).first->second;
}

void Server::receive(std::uint64_t key, std::string bytes) {
  Session* session = find(key);
  if (session == nullptr) return;
  v1::ClientFrame frame;
  if (!frame.ParseFromString(bytes)) return world_.violate("a frame of ours does not parse");
  turn(session->loop(), [&] { session->on_frame(frame); });
}

void Server::drained(std::uint64_t key) {
  if (Session* session = find(key)) {
    turn(session->loop(), [&] { session->on_drained(); });
  }
}

void Server::disconnect(std::uint64_t key) {
  if (Session* session = find(key)) {
    turn(session->loop(), [&] { session->on_closed(); });
  }
  sessions_.erase(key);
}

void Server::subscribe(ConversationId conversation, Session& session) {
  sinks_[session.loop()].subscribers.add(conversation, session);
}

void Server::unsubscribe(ConversationId conversation, Session& session) {
  if (sinks_[session.loop()].subscribers.remove(conversation, session)) broker_->unsubscribe(conversation, session.loop());
}

Session* Server::find(std::uint64_t key) {
  const auto it = sessions_.find(key);
  return it == sessions_.end() ? nullptr : it->second.get();
}

void Server::post_to(std::size_t loop, std::uint64_t key, UniqueFunction<void(Session&)> task) {
  (void)loops_[loop]->post([this, key, task = std::move(task)]() mutable {
    if (Session* session = find(key)) task(*session);
  });
}

namespace {

void deliver(const EventRange& range, std::span<Session* const> to) {
  for (Session* session : to) session->on_live(range);
}

}  // namespace

void Server::Sink::on_committed(const Committed& committed) {
  for (const EventRange& range : committed.ranges) subscribers.on_committed(range, deliver);
  share_out();
}

void Server::Sink::share_out() {
  const auto no_signals = [](std::monostate, std::span<Session* const>) {};
  subscribers.serve(server->world_.random.below(4), deliver, no_signals);
  if (!subscribers.owes() || std::exchange(goes_on, true)) return;
  (void)server->loops_[loop]->post([this] {
    goes_on = false;
    share_out();
  });
}

void Server::Sink::on_text_stored(std::span<const TextAck> acks) {
  for (const TextAck& ack : acks) {
    server->world_.trace("session {}: {} is {}", ack.connection, ack.client_id, ack.seq);
    if (Session* session = server->find(ack.connection)) session->ack(ack);
  }
}

void Server::Sink::on_text_refused(std::span<const TextAck> acks, const Error& error) {
  for (const TextAck& ack : acks) {
    server->world_.trace("session {}: {} {}", ack.connection, ack.client_id, error.client_code());
    if (Session* session = server->find(ack.connection)) session->refuse(ack.ref, error, std::string(ack.client_id));
  }
}

// Lists may be late, never ahead: what an agent is shown there is durable, and is what the log says at that point.
void Server::Sink::on_board(const Board& board) {
  for (const Board::Row& row : board.rows) {
    server->world_.ledger.on_board(ConversationId(row.summary->id()), *row.summary);
  }
}

}  // namespace wk::simulator
