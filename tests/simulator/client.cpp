#include "tests/simulator/client.hpp"

#include <algorithm>

namespace wk::simulator {

Person::Person(World& world, Principal principal, std::vector<ConversationId> conversations)
    : world_(world),
      principal_(std::move(principal)),
      conversations_(std::move(conversations)),
      window_(world.random.percent(50) ? 1 : 4),
      devices_(1 + world.random.below(2)),
      clock_offset_ms_(world.clock.now_ms() - world.clock.steady().time_since_epoch() / Milliseconds(1)) {}

Sender Person::sender() const {
  if (const auto* visitor = std::get_if<VisitorPrincipal>(&principal_)) return {v1::ACTOR_KIND_VISITOR, visitor->contact.value()};
  return {v1::ACTOR_KIND_AGENT, std::get<AgentPrincipal>(principal_).agent.value()};
}

IntentKey Person::key_of(const Intent& intent) const {
  return {ConversationId(intent.append.conversation_id()), sender(), intent.append.client_id()};
}

// ---- connection

void Person::connected(Device& device) {
  device.welcomed = false;
  device.subscribing.clear();
  v1::ClientFrame frame;
  v1::Hello& hello = *frame.mutable_hello();
  for (auto& [conversation, picture] : device.pictures) {
    picture.expected.reset();
    if (!is_visitor() && !picture.wanted) continue;
    v1::Resume& resume = *hello.add_resume();
    resume.set_conversation_id(conversation.value());
    resume.set_after_seq(picture.cursor);
  }
  transmit(device, std::move(frame));
}

void Person::disconnected(Device& device) {
  device.welcomed = false;
  device.subscribing.clear();
  for (auto& [conversation, picture] : device.pictures) picture.expected.reset();
}

void Person::transmit(Device& device, v1::ClientFrame frame) {
  if (device.link == nullptr || device.link->cut) return;
  device.link->up.push_back(frame.SerializeAsString());
}

void Person::receive(Device& device, const std::string& bytes) {
  v1::ServerFrame frame;
  if (!frame.ParseFromString(bytes)) return world_.violate("a frame of the server does not parse");
  switch (frame.body_case()) {
    case v1::ServerFrame::kWelcome: {
      device.welcomed = true;
      clock_offset_ms_ = frame.welcome().server_time_ms() - world_.clock.steady().time_since_epoch() / Milliseconds(1);
      // What was not answered goes again, in order (P35).
      for (Intent& intent : intents_) {
        if (intent.state == Intent::State::kWaiting && intent.sent) send(device, intent);
      }
      return;
    }
    case v1::ServerFrame::kSubscribed: return on_subscribed(device, frame.subscribed());
    case v1::ServerFrame::kEvents: return on_events(device, frame.events());
    case v1::ServerFrame::kAck: return on_ack(frame.ack());
    case v1::ServerFrame::kRefusal: return on_refusal(device, frame.refusal());
    default: return;
  }
}

// ---- reading

void Person::on_subscribed(Device& device, const v1::Subscribed& subscribed) {
  const ConversationId conversation(subscribed.conversation().id());
  device.subscribing.erase(subscribed.ref());
  Picture& picture = device.pictures[conversation];
  picture.wanted = true;
  // We never restore a backup: whatever a device has, the server has.
  if (subscribed.after_seq() < picture.cursor && world_.ledger.last_seq(conversation) < picture.cursor) {
    world_.violate(fmt::format("conversation {}: the server starts over, a device has {}", conversation.value(), picture.cursor));
  }
  picture.expected = subscribed.after_seq();
}

void Person::on_events(Device& device, const v1::Events& events) {
  const ConversationId conversation(events.conversation_id());
  Picture& picture = device.pictures[conversation];
  world_.ledger.on_shown(conversation, is_visitor(), events.after_seq(), events.through_seq(),
                         {events.events().begin(), events.events().end()});
  if (!picture.expected) return world_.violate(fmt::format("conversation {}: events come before Subscribed", conversation.value()));
  if (*picture.expected != events.after_seq()) {
    return world_.violate(fmt::format("conversation {}: a range begins behind {}, the one before ended at {} (P41)", conversation.value(),
                                      events.after_seq(), *picture.expected));
  }
  picture.expected = events.through_seq();
  picture.cursor = std::max(picture.cursor, events.through_seq());
}

// ---- sending

std::string Person::client_id() {
  if (world_.random.percent(30)) return fmt::format("{}/{}/{:x}", sender().id, intents_.size(), world_.random.below(1 << 20));
  // By its own idea of the server's clock, a little off.
  const std::int64_t now_ms = world_.clock.steady().time_since_epoch() / Milliseconds(1) + clock_offset_ms_ + world_.random.between(-3'000, 3'000);
  return world_.uuid(now_ms);
}

v1::Append Person::make_append(ConversationId conversation) {
  v1::Append append;
  append.set_conversation_id(conversation.value());
  append.set_client_id(client_id());
  Random& random = world_.random;
  const auto text = [&] {
    std::string words = fmt::format("word{}x{:04}z ", sender().id, texts_++);
    words.append(random.below(world_.profile.text_bytes_max), 'y');
    return words;
  };
  const Seq last = world_.ledger.last_seq(conversation);
  switch (random.below(is_visitor() ? 8 : 16)) {
    default: append.mutable_message()->set_text(text()); break;
    case 5: append.mutable_seen()->set_through_seq(1 + static_cast<Seq>(random.below(last + 1))); break;
    case 6:
      if (is_visitor()) {
        append.mutable_page_viewed()->set_url(fmt::format("https://shop.example/{}", random.below(3)));
      } else {
        append.mutable_claim();
      }
      break;
    case 7:
      if (is_visitor()) {
        append.mutable_contact()->set_name(text());
      } else {
        append.mutable_labels()->add_added(fmt::format("label{}", random.below(4)));
      }
      break;
    case 8: case 9: append.mutable_note()->set_text(text()); break;
    case 10: append.mutable_change_state()->set_to(v1::CONVERSATION_STATE_RESOLVED); break;
    case 11:
      append.mutable_assign()->mutable_to()->set_kind(v1::HOLDER_KIND_QUEUE);
      if (random.percent(50)) append.mutable_assign()->set_comment("between us");
      break;
    case 12: append.mutable_change_priority()->set_to(v1::PRIORITY_HIGH); break;
    case 13:
      append.mutable_assign()->mutable_to()->set_kind(v1::HOLDER_KIND_AGENT);
      append.mutable_assign()->mutable_to()->set_agent_id(9'001);
      break;
  }
  return append;
}

void Person::intend() {
  const ConversationId conversation = conversations_[world_.random.below(conversations_.size())];
  // Only a visitor's message begins a conversation (P38).
  if (world_.ledger.last_seq(conversation) == 0 && !is_visitor()) return;
  Intent& intent = intents_.emplace_back();
  intent.append = make_append(conversation);
  if (world_.ledger.last_seq(conversation) == 0 && !intent.append.has_message()) intent.append.mutable_message()->set_text("first");
  intent.always_stored = intent.append.has_message() || intent.append.has_note();
}

void Person::send(Device& device, Intent& intent) {
  intent.sent = true;
  v1::ClientFrame frame;
  frame.set_ref(next_ref_++);
  *frame.mutable_append() = intent.append;
  transmit(device, frame);
  if (world_.random.percent(world_.profile.duplicate)) transmit(device, frame);
  if (world_.random.percent(world_.profile.duplicate)) {
    Device& other = world_.random.one_of(devices_);
    if (other.welcomed) transmit(other, frame);
  }
}

bool Person::send_due(Device& device) {
  for (Intent& intent : intents_) {
    if (intent.state != Intent::State::kWaiting) continue;
    if (intent.sent && intent.not_before == SteadyTime{}) continue;  // under way
    if (intent.not_before > world_.clock.steady()) return false;     // the rest waits its turn
    intent.not_before = {};
    send(device, intent);
    return true;
  }
  return false;
}

bool Person::act(Device& device, bool quiet) {
  if (!device.welcomed) return false;
  Random& random = world_.random;
  if (send_due(device) || subscribe_missing(device)) return true;
  if (quiet) return false;
  if (random.percent(world_.profile.late_retry) && !intents_.empty()) {
    // What was refused for good is not sent again.
    Intent& intent = random.one_of(intents_);
    if (intent.state == Intent::State::kAcked && !intent.refused) send(device, intent);
    return true;
  }
  // Not while it waits for a Subscribed, which then might not come.
  if (!is_visitor() && random.percent(3) && !device.pictures.empty() && device.subscribing.empty()) {
    auto it = device.pictures.begin();
    std::advance(it, static_cast<std::ptrdiff_t>(random.below(device.pictures.size())));
    it->second.wanted = false;
    v1::ClientFrame frame;
    frame.mutable_unsubscribe()->set_conversation_id(it->first.value());
    transmit(device, std::move(frame));
    return true;
  }
  if (waiting() >= window_) return false;
  intend();
  return send_due(device);
}

bool Person::subscribe_missing(Device& device) {
  if (is_visitor() || !device.subscribing.empty()) return false;
  for (const ConversationId conversation : conversations_) {
    Picture& picture = device.pictures[conversation];
    // Now and then also one that it has: begins anew (P46).
    const bool again = picture.wanted && world_.random.percent(2);
    if ((picture.wanted && !again) || world_.ledger.last_seq(conversation) == 0) continue;
    picture.wanted = true;
    v1::ClientFrame frame;
    frame.set_ref(next_ref_++);
    frame.mutable_subscribe()->set_conversation_id(conversation.value());
    frame.mutable_subscribe()->set_after_seq(picture.cursor);
    device.subscribing[frame.ref()] = conversation;
    transmit(device, std::move(frame));
    return true;
  }
  return false;
}

void Person::on_ack(const v1::Ack& ack) {
  Intent* intent = find(ack.client_id());
  if (intent == nullptr) return world_.violate("an ack for what was never sent: " + ack.client_id());
  world_.ledger.on_ack(key_of(*intent), ack.seq(), intent->always_stored);
  if (intent->always_stored && intent->seq != 0 && intent->seq != ack.seq()) {
    world_.violate(fmt::format("{} was acked as {} and then as {}", ack.client_id(), intent->seq, ack.seq()));
  }
  intent->state = Intent::State::kAcked;
  intent->seq = ack.seq();
}

void Person::on_refusal(Device& device, const v1::Refusal& refusal) {
  if (refusal.client_id().empty()) {
    // A subscription that cannot be served now; asked for again.
    if (const auto it = device.subscribing.find(refusal.ref()); it != device.subscribing.end()) {
      device.pictures[it->second].wanted = false;
      device.subscribing.erase(it);
    } else {
      for (auto& [conversation, picture] : device.pictures) picture.wanted = picture.wanted && picture.expected.has_value();
      if (is_visitor() && device.link) device.link->cut = true;  // Goodbye: comes back
    }
    return;
  }
  Intent* intent = find(refusal.client_id());
  if (intent == nullptr) return world_.violate("a refusal of what was never sent: " + refusal.client_id());
  intent->refused = intent->refused || refusal.retry_after_ms() == 0;
  if (intent->state != Intent::State::kWaiting) return;
  if (refusal.retry_after_ms() > 0) {
    intent->not_before = world_.clock.steady() + Milliseconds(refusal.retry_after_ms());
    return;
  }
  intent->state = Intent::State::kRefused;
}

Intent* Person::find(const std::string& client_id) {
  const auto it = std::find_if(intents_.begin(), intents_.end(), [&](const Intent& i) { return i.append.client_id() == client_id; });
  return it == intents_.end() ? nullptr : &*it;
}

// ---- judging

std::size_t Person::waiting() const {
  return static_cast<std::size_t>(
      std::count_if(intents_.begin(), intents_.end(), [](const Intent& i) { return i.state == Intent::State::kWaiting; }));
}

bool Person::at_rest() const { return waiting() == 0; }

bool Person::caught_up() const {
  return std::all_of(devices_.begin(), devices_.end(), [&](const Device& device) {
    return std::all_of(conversations_.begin(), conversations_.end(), [&](ConversationId conversation) {
      const auto it = device.pictures.find(conversation);
      const Seq has = it == device.pictures.end() ? 0 : it->second.cursor;
      return has == world_.ledger.last_seq(conversation);
    });
  });
}

void Person::audit() const {
  std::map<ConversationId, Seq> last;
  for (const Intent& intent : intents_) {
    const IntentKey key = key_of(intent);
    const std::optional<Seq> at = world_.ledger.stored(key);
    if (intent.state == Intent::State::kAcked && intent.always_stored && (!at || *at != intent.seq)) {
      world_.violate(fmt::format("{} was acked as {} and is {}", key.client_id, intent.seq, at ? std::to_string(*at) : "nowhere"));
    }
    // Whoever sends one and waits has them in order (P36).
    if (window_ == 1 && intent.state == Intent::State::kAcked && intent.always_stored && at && !intent.refused) {
      if (*at <= last[key.conversation]) world_.violate(fmt::format("{} was sent last and is numbered before", key.client_id));
      last[key.conversation] = *at;
    }
  }
}

}  // namespace wk::simulator
