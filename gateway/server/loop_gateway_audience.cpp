// Who of the loop is told of what: subscribers, agents' lists, signals, presence. Nothing here may take a turn as long as its audience is large.
#include <algorithm>
#include <array>

#include "gateway/server/limits.hpp"
#include "gateway/server/loop_gateway.hpp"

namespace wk {

void LoopGateway::on_committed(const Committed& committed) {
  const auto to = [this](const EventRange& range, std::span<Connection* const> some) { deliver(range, some); };
  for (const EventRange& range : committed.ranges) subscribers_.on_committed(range, to);
  if (subscribers_.owes()) fan_out();
}

void LoopGateway::deliver(const EventRange& range, std::span<Connection* const> to) {
  frames_.begin(range);
  for (Connection* connection : to) connection->on_live(range, frames_);
}

void LoopGateway::fan_out() {
  const std::uint64_t turn = loop_.stats().turns.load(std::memory_order_relaxed);
  if (std::exchange(fan_out_turn_, turn) != turn) fan_out_left_ = gateway_limits::kFanOutDeliveriesPerTurn;
  // Nobody waits for the end of the others' rounds.
  if (visitors_round_.under_way()) {
    const auto frames = [](bool online) { return std::array{anybody_online_frame(Encoding::kProto, online), anybody_online_frame(Encoding::kJson, online)}; };
    const auto there = frames(anybody_online_told_), nobody = frames(false);
    fan_out_left_ -= connections_.go_on(visitors_round_, fan_out_left_ / 4, [&](Connection& connection) {
      if (!connection.is_visitor()) return;
      const auto& frame = closed(connection.visitor_site()) ? nobody : there;
      connection.send_bytes(std::string_view(frame[connection.encoding() == Encoding::kJson ? 1 : 0]));
    });
  }
  fan_out_left_ -= subscribers_.serve(
      agents_.owes() ? fan_out_left_ / 2 : fan_out_left_,
      [this](const EventRange& range, std::span<Connection* const> some) { deliver(range, some); },
      [this](Signal& signal, std::span<Connection* const> some) { tell(signal, some); });
  fan_out_left_ -= agents_.serve(fan_out_left_, tell_agent);
  if (!owes() || std::exchange(fan_out_scheduled_, true)) return;
  // At the end of this turn nothing is left to do, and the end of the next comes without a wait: sockets, appends and acks are served before.
  loop_.defer([self = self_] {
    if (*self == nullptr) return;
    (*self)->fan_out_scheduled_ = false;
    (*self)->fan_out();
  });
}

// ---- agents' lists

void LoopGateway::tell_agent(Connection& connection, const NewsBytes* own, const std::array<SharedBytes, 2>& everybody) {
  const std::size_t variant = connection.encoding() == Encoding::kJson ? 1 : 0;
  if (own != nullptr && !(*own)[variant].empty()) connection.send_bytes(std::string_view((*own)[variant]));
  if (everybody[variant].size() > 0) connection.send_bytes(everybody[variant]);
}

void LoopGateway::tell_agents(News news) {
  agents_.tell(std::move(news), tell_agent);
  if (agents_.owes()) fan_out();
}

bool LoopGateway::some_agent_speaks_json() const {
  const auto all = agents_.all();
  return std::any_of(all.begin(), all.end(), [](Connection* connection) { return connection->encoding() == Encoding::kJson; });
}

void LoopGateway::on_board(const Board& board) {
  if (agents_.empty()) return;
  // Everybody gets the rows that everybody has to know and the newest of the others; beyond those, a row goes to the agent
  // who holds the conversation.
  News news;
  std::size_t message_rows = 0;
  v1::ServerFrame frame;
  const bool json = some_agent_speaks_json();
  const auto json_of = [&] { return json ? uncompressed(Encoding::kJson, frame) : std::string(); };
  for (auto row = board.rows.rbegin(); row != board.rows.rend(); ++row) {
    v1::ConversationSummary& conversation = *frame.mutable_conversation_update()->mutable_conversation();
    conversation = *row->summary;
    conversation.set_visitor_online(services_.presence.visitor_online(ConversationId(conversation.id())));
    if (row->structural || ++message_rows <= gateway_limits::kBoardMessageRowsMax) {
      news.add(uncompressed(Encoding::kProto, frame), json_of());
    } else if (conversation.holder().kind() == v1::HOLDER_KIND_AGENT) {
      news.add_for(AgentId(conversation.holder().agent_id()), uncompressed(Encoding::kProto, frame), json_of());
    }
  }
  if (!board.presence.empty()) {
    v1::VisitorPresence& presence = *frame.mutable_visitor_presence();
    for (const Board::Presence& one : board.presence) {
      (services_.presence.visitor_online(one.conversation) ? presence.mutable_online() : presence.mutable_offline())
          ->Add(one.conversation.value());
    }
    news.add(uncompressed(Encoding::kProto, frame), json_of());
  }
  tell_agents(std::move(news));
}

void LoopGateway::on_board_owed() {
  board_timer_ = ScopedTimer(loop_, loop_.after(gateway_limits::kBoardTick, [this] {
    if (services_.broker.show_board(index_)) on_board_owed();
  }));
}

// ---- signals

void LoopGateway::tell(Signal& signal, std::span<Connection* const> to) {
  for (Connection* connection : to) {
    if (connection->key() == signal.origin()) continue;
    const SharedBytes& bytes = signal.bytes(connection->encoding(), connection->is_visitor());
    if (bytes.size() > 0) connection->send_bytes(bytes);
  }
}

void LoopGateway::on_signal(ConversationId conversation, Signal signal) {
  subscribers_.on_signal(conversation, std::move(signal), [this](Signal& one, std::span<Connection* const> to) { tell(one, to); });
  if (subscribers_.owes()) fan_out();
}

void LoopGateway::on_typing(const v1::TypingSignal& signal, std::uint64_t origin) {
  on_signal(ConversationId(signal.conversation_id()), Signal::typing(signal, origin));
}

void LoopGateway::on_viewing(const v1::ViewingSignal& signal) {
  on_signal(ConversationId(signal.conversation_id()), Signal::viewing(signal));
}

// ---- presence

std::string LoopGateway::anybody_online_frame(Encoding encoding, bool online) {
  v1::ServerFrame frame;
  frame.mutable_presence()->set_presence(online ? v1::PRESENCE_ONLINE : v1::PRESENCE_OFFLINE);
  return uncompressed(encoding, frame);
}

void LoopGateway::on_presence(const AgentPresence& agent, bool anybody_online) {
  if (!agents_.empty()) {
    v1::ServerFrame frame;
    frame.mutable_presence()->set_agent_id(agent.agent.value());
    frame.mutable_presence()->set_presence(agent.presence);
    frame.mutable_presence()->set_held_conversations(agent.held_conversations);
    News news;
    news.add(uncompressed(Encoding::kProto, frame), some_agent_speaks_json() ? uncompressed(Encoding::kJson, frame) : std::string());
    tell_agents(std::move(news));
  }
  if (std::exchange(anybody_online_told_, anybody_online) == anybody_online) return;
  visitors_round_.begin();
  fan_out();
}

void LoopGateway::set_closed_sites(std::shared_ptr<const ClosedSites> closed) {
  closed_ = std::move(closed);
  // Where nobody is online nothing changes for anybody. Visitors of other sites get what they have again: it is a matter of a few times a day.
  if (!anybody_online_told_) return;
  visitors_round_.begin();
  fan_out();
}

}  // namespace wk
