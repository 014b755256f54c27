#include "bench/client/mixed_load.hpp"

#include <algorithm>
#include <memory>
#include <queue>
#include <random>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "bench/client/accounts.hpp"
#include "bench/client/append_frame.hpp"
#include "bench/client/client_loop.hpp"
#include "bench/client/dial.hpp"
#include "bench/client/frames.hpp"
#include "bench/client/heartbeats.hpp"

namespace wk::bench {
namespace {

constexpr std::uint64_t kTurnWaitNs = 20'000'000;
constexpr std::uint64_t kPatienceNs = 60'000'000'000;
constexpr double kSecondNs = 1e9;
// A visitor types so long before the message is sent, and says so every second.
constexpr std::uint32_t kTypingSignals = 3;
// In a stamp's sender: an agent's answer to that visitor.
constexpr std::uint32_t kAnswer = 1u << 31;

class Visitor;
class Agent;

struct Due {
  enum class What : std::uint8_t { kType, kReconnect, kReply };
  std::uint64_t at_ns;
  Visitor* visitor;
  What what;
  bool operator<(const Due& other) const { return at_ns > other.at_ns; }
};

struct Day {
  Worker& worker;
  const MixedLoad& load;
  AppendFrame append;
  std::string request{};
  ClientLoop loop{};
  Heartbeats heartbeats;
  std::priority_queue<Due> due{};
  std::mt19937_64 random{};
  std::uint64_t acked = 0;
  std::uint64_t delivered = 0;
  std::uint32_t settled = 0;
  std::uint32_t listening = 0;
  bool living = false;
  bool measuring = false;

  std::uint64_t after(double mean_seconds) {
    return now_ns() + static_cast<std::uint64_t>(std::exponential_distribution<double>(1 / mean_seconds)(random) * kSecondNs);
  }
  MixedTally& tally() { return worker.tally().mixed; }
};

class Visitor final : public ServerFramePeer {
 public:
  Visitor(Day& day, std::uint32_t index, std::string token) : day_(day), index_(index), token_(std::move(token)) {}

  bool speaks() const override { return welcomed_; }
  std::uint32_t index() const { return index_; }
  std::uint64_t conversation() const { return conversation_; }
  void set_agent(Agent& agent) { agent_ = &agent; }
  Agent& agent() { return *agent_; }
  DeliveryCheck& to_agent() { return to_agent_; }
  DeliveryCheck& to_visitor() { return to_visitor_; }
  std::uint32_t next_answer() { return ++answers_; }
  bool at_rest() const { return unanswered_ == 0 && welcomed_ && to_agent_.settled() && to_visitor_.settled(); }

  Result<void> dial() {
    await_upgrade();
    welcomed_ = false;
    dialled_ns_ = now_ns();
    WK_TRY(Socket socket, dial_begin(day_.load.endpoint, index_));
    day_.loop.add(*this, std::move(socket));
    day_.loop.send(*this, day_.request);
    return {};
  }
  void begin_day() {
    day_.due.push({day_.after(day_.load.seconds_between_messages), this, Due::What::kType});
    day_.due.push({day_.after(day_.load.seconds_between_reconnects), this, Due::What::kReconnect});
  }
  // Typing comes first, then the message, then the next one's wait.
  void type() {
    if (!day_.living) return;
    if (typed_ < kTypingSignals && welcomed_) {
      ++typed_;
      day_.loop.send(*this, typing_frame(conversation_, true));
      ++day_.tally().typing;
      day_.due.push({now_ns() + static_cast<std::uint64_t>(kSecondNs), this, Due::What::kType});
      return;
    }
    day_.due.push({day_.after(day_.load.seconds_between_messages), this, Due::What::kType});
    typed_ = 0;
    if (!welcomed_ || unanswered_ > 0) return;
    write();
  }
  Result<void> reconnect() {
    if (!day_.living) return {};
    day_.due.push({day_.after(day_.load.seconds_between_reconnects), this, Due::What::kReconnect});
    // What is unanswered would have to be repeated; that is not measured here.
    if (!welcomed_ || unanswered_ > 0) return {};
    ++day_.tally().reconnects;
    day_.loop.close(*this);
    return dial();
  }

 private:
  void write() {
    std::string& out = day_.loop.scratch();
    out.clear();
    due_ns_ = now_ns();
    ++unanswered_;
    day_.append.write({.sender = index_, .number = ++number_, .due_ns = due_ns_}, out);
    day_.loop.send(*this, out);
  }
  void on_upgrade_answer(std::string_view head, std::string& out) override {
    if (!head.starts_with("HTTP/1.1 101")) return day_.worker.tally().fail("no upgrade: " + std::string(head.substr(0, 100)));
    out.append(visitor_hello(token_, conversation_, through_seq_));
  }
  void on_welcome(std::string_view visitor, std::string& out) override {
    conversation_ = number_field(visitor, welcome::kConversationId);
    if (number_ == 0 && unanswered_ == 0) {
      ++unanswered_;
      day_.append.write({.sender = index_, .number = 0, .due_ns = now_ns()}, out);
    }
  }
  void on_subscribed(std::string&) override {
    welcomed_ = true;
    if (day_.measuring) day_.tally().reconnect.record(now_ns() - dialled_ns_);
  }
  void on_ack(std::uint32_t ref, std::string&) override {
    --unanswered_;
    const std::uint32_t number = AppendFrame::number(ref);
    if (number == 0) {
      ++day_.settled;
      return;
    }
    to_agent_.on_acked(number);
    ++day_.acked;
    if (day_.measuring) day_.worker.tally().latency.record(now_ns() - due_ns_);
  }
  void on_refusal(const Refusal&, std::string&) override {
    ++day_.worker.tally().refused;
    if (unanswered_ > 0) --unanswered_;
  }
  void on_events(std::string_view frame, std::string&) override {
    if (number_field(frame, events::kAfterSeq) != through_seq_) ++day_.worker.tally().range_gaps;
    through_seq_ = static_cast<std::uint32_t>(number_field(frame, events::kThroughSeq));
    for_each_text(frame, [this](std::string_view text) {
      const auto stamp = Stamp::read(text);
      if (!stamp || (stamp->sender & ~kAnswer) != index_) {
        ++day_.worker.tally().wrong;
      } else if ((stamp->sender & kAnswer) != 0) {
        to_visitor_.on_delivered(stamp->number);
        if (day_.measuring) day_.worker.tally().delivery.record(now_ns() - stamp->due_ns);
      }
    });
  }
  void on_close_frame(std::uint16_t code) override {
    day_.worker.tally().close_code = code;
    ++day_.worker.tally().broken;
  }
  void on_closed() override { ++day_.worker.tally().broken; }

  Day& day_;
  const std::uint32_t index_;
  const std::string token_;
  Agent* agent_ = nullptr;
  std::uint64_t conversation_ = 0;
  std::uint64_t dialled_ns_ = 0;
  std::uint64_t due_ns_ = 0;
  std::uint32_t through_seq_ = 0;
  std::uint32_t number_ = 0;
  std::uint32_t answers_ = 0;
  std::uint32_t unanswered_ = 0;
  std::uint32_t typed_ = 0;
  bool welcomed_ = false;
  DeliveryCheck to_agent_;
  DeliveryCheck to_visitor_;
};

class Agent final : public ServerFramePeer {
 public:
  explicit Agent(Day& day) : day_(day) {}
  bool speaks() const override { return welcomed_; }

  void take(Visitor& visitor) {
    chats_.emplace(visitor.conversation(), &visitor);
    visitor.set_agent(*this);
  }
  void enter() { day_.loop.send(*this, agent_hello(day_.load.api_token)); }

  void answer(Visitor& visitor) {
    const std::uint32_t number = visitor.next_answer();
    std::string text(std::max<std::size_t>(day_.load.text_bytes, kStampBytes), '.');
    Stamp{.sender = visitor.index() | kAnswer, .number = number, .due_ns = now_ns()}.write(text.data());
    const std::uint32_t ref = ++ref_;
    answers_.emplace(ref, std::pair(&visitor, number));
    day_.loop.send(*this, message_frame(ref, visitor.conversation(), uuid_v7(SystemClock::instance().now_ms()), text));
    ++day_.tally().answers;
  }

 private:
  void on_welcome(std::string_view, std::string& out) override {
    welcomed_ = true;
    for (const auto& [conversation, visitor] : chats_) out.append(subscribe_frame(1, conversation));
  }
  void on_subscribed(std::string&) override { ++day_.listening; }
  void on_events(std::string_view frame, std::string&) override {
    const auto chat = chats_.find(number_field(frame, events::kConversationId));
    if (chat == chats_.end()) {
      ++day_.worker.tally().wrong;
      return;
    }
    Visitor& visitor = *chat->second;
    for_each_text(frame, [&](std::string_view text) {
      const auto stamp = Stamp::read(text);
      if (!stamp || (stamp->sender & ~kAnswer) != visitor.index()) {
        ++day_.worker.tally().wrong;
        return;
      }
      if ((stamp->sender & kAnswer) != 0 || stamp->number == 0) return;
      visitor.to_agent().on_delivered(stamp->number);
      ++day_.delivered;
      if (day_.measuring) day_.worker.tally().delivery.record(now_ns() - stamp->due_ns);
      if (day_.living) day_.due.push({day_.after(day_.load.seconds_to_answer), &visitor, Due::What::kReply});
    });
  }
  void on_ack(std::uint32_t ref, std::string&) override {
    const auto answer = answers_.find(ref);
    if (answer == answers_.end()) return;
    answer->second.first->to_visitor().on_acked(answer->second.second);
    answers_.erase(answer);
  }
  void on_refusal(const Refusal& refusal, std::string&) override {
    ++day_.worker.tally().refused;
    if (answers_.erase(refusal.ref) == 0) day_.worker.tally().fail("an agent was refused: " + refusal.text());
  }
  void on_close_frame(std::uint16_t code) override {
    day_.worker.tally().close_code = code;
    ++day_.worker.tally().broken;
  }
  void on_closed() override { ++day_.worker.tally().broken; }

  Day& day_;
  std::unordered_map<std::uint64_t, Visitor*> chats_;
  std::unordered_map<std::uint32_t, std::pair<Visitor*, std::uint32_t>> answers_;
  std::uint32_t ref_ = 1;
  bool welcomed_ = false;
};

Result<void> turn(Day& day) {
  const std::uint64_t now = now_ns();
  day.heartbeats.beat(day.loop);
  while (!day.due.empty() && day.due.top().at_ns <= now) {
    const Due due = day.due.top();
    day.due.pop();
    switch (due.what) {
      case Due::What::kType: due.visitor->type(); break;
      case Due::What::kReconnect: WK_TRY_VOID(due.visitor->reconnect()); break;
      case Due::What::kReply:
        if (day.living) due.visitor->agent().answer(*due.visitor);
        break;
    }
  }
  std::uint64_t until = now + kTurnWaitNs;
  if (!day.due.empty()) until = std::min(until, day.due.top().at_ns);
  day.loop.turn(until > now ? until - now : 0);
  day.worker.tally().completed.store(day.acked, std::memory_order_relaxed);
  day.worker.tally().delivered.store(day.delivered, std::memory_order_relaxed);
  if (day.worker.tally().failure[0] != 0) return fail(ErrorCode::kUnavailable, day.worker.tally().failure);
  if (day.worker.tally().broken > 0) return fail(day.worker.tally().closed("in the day"));
  return {};
}

template <typename Done>
Result<void> turn_until(Day& day, Done done, const char* what) {
  const std::uint64_t deadline = now_ns() + kPatienceNs;
  while (!done()) {
    WK_TRY_VOID(turn(day));
    if (now_ns() > deadline) return fail(ErrorCode::kTimeout, std::string("waited too long: ") + what);
  }
  return {};
}

}  // namespace

Result<void> run_mixed_load(const MixedLoad& load, Worker& worker, Worker::Share mine) {
  const std::uint32_t first = mine.begin * load.chats_per_agent;
  const std::uint32_t count = std::min(mine.count * load.chats_per_agent, load.visitors - first);
  Day day{.worker = worker, .load = load, .append = AppendFrame(std::max<std::size_t>(load.text_bytes, kStampBytes)), .heartbeats = Heartbeats(load.heartbeat_ms)};
  day.request = upgrade_request(load.endpoint, {});
  day.random.seed(worker.index() + 1);
  std::vector<std::unique_ptr<Visitor>> visitors;
  {
    WK_TRY(VisitorSessions sessions, VisitorSessions::open(load.endpoint, load.site));
    for (std::uint32_t i = 0; i < count; ++i) {
      WK_TRY(std::string token, sessions.next());
      visitors.push_back(std::make_unique<Visitor>(day, first + i, std::move(token)));
      day.heartbeats.add(*visitors.back());
      WK_TRY_VOID(visitors.back()->dial());
      WK_TRY_VOID(turn(day));
    }
  }
  WK_TRY_VOID(turn_until(day, [&] { return day.settled == count; }, "visitors' first messages"));
  std::vector<std::unique_ptr<Agent>> agents;
  for (std::uint32_t i = 0; i < count; ++i) {
    if (i % load.chats_per_agent == 0) agents.push_back(std::make_unique<Agent>(day));
    agents.back()->take(*visitors[i]);
  }
  for (std::size_t i = 0; i < agents.size(); ++i) {
    WK_TRY(Upgraded upgraded, dial_websocket(load.endpoint, mine.begin + static_cast<std::uint32_t>(i), {}));
    day.loop.add(*agents[i], std::move(upgraded.socket));
    agents[i]->enter();
    day.heartbeats.add(*agents[i]);
    WK_TRY_VOID(turn(day));
  }
  WK_TRY_VOID(turn_until(day, [&] { return day.listening == count; }, "agents' subscriptions"));
  worker.ready();
  while (worker.phase() == Phase::kSetUp) WK_TRY_VOID(turn(day));

  day.living = true;
  for (auto& visitor : visitors) visitor->begin_day();
  while (worker.phase() != Phase::kDrain) {
    day.measuring = worker.phase() == Phase::kMeasure;
    WK_TRY_VOID(turn(day));
  }
  day.living = false;
  day.measuring = false;
  const std::uint64_t deadline = now_ns() + 10'000'000'000;
  const auto at_rest = [&] { return std::all_of(visitors.begin(), visitors.end(), [](auto& visitor) { return visitor->at_rest(); }); };
  while (!at_rest() && now_ns() < deadline) WK_TRY_VOID(turn(day));
  for (auto& visitor : visitors) {
    worker.tally().faults.add(visitor->to_agent().finish());
    worker.tally().faults.add(visitor->to_visitor().finish());
  }
  return {};
}

Result<void> run_upload_load(const MixedLoad& load, Worker& worker) {
  Day day{.worker = worker, .load = load, .append = AppendFrame(kStampBytes), .heartbeats = Heartbeats(load.heartbeat_ms)};
  WK_TRY(VisitorSessions sessions, VisitorSessions::open(load.endpoint, load.site));
  WK_TRY(const std::string token, sessions.next());
  // Files belong to a conversation, so there has to be one.
  Visitor visitor(day, 0, token);
  day.request = upgrade_request(load.endpoint, {});
  day.heartbeats.add(visitor);
  WK_TRY_VOID(visitor.dial());
  WK_TRY_VOID(turn_until(day, [&] { return day.settled == 1; }, "the uploader's first message"));
  const std::string path = "/api/v1/uploads?conversation=" + std::to_string(visitor.conversation()) + "&name=photo.bin";
  const std::string file(load.upload_bytes, 'p');
  worker.ready();
  WK_TRY(HttpClient http, HttpClient::open(load.endpoint));
  std::uint64_t due_ns = 0;
  while (worker.phase() != Phase::kDrain) {
    day.heartbeats.beat(day.loop);
    day.loop.turn(1'000'000);
    const std::uint64_t now = now_ns();
    if (worker.phase() == Phase::kSetUp || now < due_ns || load.uploads_per_second <= 0) continue;
    due_ns = day.after(1 / load.uploads_per_second);
    WK_TRY_VOID(http.call({.path = path, .body = file, .content_type = "application/octet-stream", .authorization = token}));
    ++day.tally().uploads;
    if (worker.phase() == Phase::kMeasure) day.tally().upload.record(now_ns() - now);
  }
  return {};
}

}  // namespace wk::bench
