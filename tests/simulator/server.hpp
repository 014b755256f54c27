// One life of the server process: the storage, broker and service of the product on simulated threads, and the sessions of whoever is
// connected. What sockets, upgrade and authentication do is left out; frames come and go as the bytes of the protocol.
#pragma once

#include <array>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "core/broker/broker.hpp"
#include "core/session/conversation_service.hpp"
#include "storage/embedded/manager/storage_manager.hpp"
#include "gateway/server/subscribers.hpp"
#include "tests/simulator/observed_store.hpp"
#include "tests/simulator/session.hpp"

namespace wk::simulator {

inline constexpr std::size_t kLoops = 2;
inline constexpr std::size_t kPoolThreads = 4;
// Who posts to a loop: the loops, the committer, the pool's threads.
inline constexpr std::size_t kThreadCommitter = kLoops;
inline constexpr std::size_t kThreadPool = kLoops + 1;
inline constexpr std::size_t kThreads = kThreadPool + kPoolThreads;

// What one thread posts runs in its order; of different threads, any may be first.
class SimulatedLoop final : public Executor {
 public:
  SimulatedLoop(World& world, std::size_t index) : world_(world), index_(index) {}
  Enqueued post(Task task) override {
    if (world_.dead) return Enqueued::kRefused;
    lanes_[world_.thread].push_back(std::move(task));
    return Enqueued::kAccepted;
  }
  bool here() const override { return world_.thread == index_; }
  void defer(Task task) override {
    if (!world_.dead) deferred_.push_back(std::move(task));
  }
  std::deque<Task>& lane(std::size_t thread) { return lanes_[thread]; }
  // The end of a turn: what was deferred while it ran.
  void end_turn() {
    while (!deferred_.empty()) {
      for (Task& task : std::exchange(deferred_, {})) task();
    }
  }
  void drop() {
    for (auto& lane : lanes_) lane.clear();
    deferred_.clear();
  }

 private:
  World& world_;
  const std::size_t index_;
  std::vector<Task> deferred_;
  std::array<std::deque<Task>, kThreads> lanes_;
};

class Server {
 public:
  // Recovers and compares what is there with what was promised. kUnavailable: it died while it started.
  static Result<std::unique_ptr<Server>> start(World& world, Directory& directory, const std::vector<ConversationId>& conversations);
  // As kill -9: nothing of what was under way happens.
  ~Server();

  // A step of one of its threads; false: that one had nothing to do.
  bool step_loop(std::size_t loop, std::size_t from_thread);
  bool step_pool();
  bool step_committer();
  bool step_warm_reader();
  bool step_search_reader();
  bool step_archiver();
  // What the timers do.
  void sweep();

  StorageManager& storage() { return *storage_; }
  // Nothing waits anywhere but in the readers.
  bool idle();

  Session& connect(std::size_t loop, Principal principal, Link& link);
  void receive(std::uint64_t session, std::string frame);
  void drained(std::uint64_t session);
  void disconnect(std::uint64_t session);

  // -- for sessions
  World& world() { return world_; }
  Session* find(std::uint64_t key);
  void subscribe(ConversationId conversation, Session& session);
  // The last one's is given up towards the broker.
  void unsubscribe(ConversationId conversation, Session& session);
  void post_to(std::size_t loop, std::uint64_t key, UniqueFunction<void(Session&)> task);
  SimulatedLoop& loop(std::size_t index) { return *loops_[index]; }
  Broker& broker() { return *broker_; }
  ConversationService& service() { return *service_; }
  ConversationStore& store() { return *store_; }
  ThreadPool& pool() { return pool_; }

 private:
  struct Sink final : EventSink {
    Server* server = nullptr;
    std::size_t loop = 0;
    // Small, so that there are slices, and ranges that have to be read from storage.
    Subscribers<Session> subscribers{{.at_once_max = 1, .gathered_bytes_max = 400}};
    bool goes_on = false;
    void share_out();
    void on_committed(const Committed& committed) override;
    void on_text_stored(std::span<const TextAck> acks) override;
    void on_text_refused(std::span<const TextAck> acks, const Error& error) override;
    void on_board(const Board& board) override;
    void on_typing(const v1::TypingSignal&, std::uint64_t) override {}
    void on_viewing(const v1::ViewingSignal&) override {}
  };

  explicit Server(World& world);
  // Does something as one turn of a loop.
  template <typename F>
  void turn(std::size_t loop, F&& run) {
    world_.thread = loop;
    run();
    loops_[loop]->end_turn();
  }
  Result<void> open(Directory& directory, const std::vector<ConversationId>& conversations);

  World& world_;
  std::array<std::unique_ptr<SimulatedLoop>, kLoops> loops_;
  ThreadPool pool_{{.name = "simulated", .threads = 0}};
  std::array<Sink, kLoops> sinks_;
  std::unique_ptr<StorageManager> storage_;
  std::unique_ptr<ObservedStore> store_;
  std::unique_ptr<Broker> broker_;
  std::unique_ptr<ConversationService> service_;
  std::map<std::uint64_t, std::unique_ptr<Session>> sessions_;
  std::uint64_t next_key_ = 1;
};

}  // namespace wk::simulator
