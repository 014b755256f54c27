#include "tests/simulator/session.hpp"

#include <algorithm>

#include "core/model/decide.hpp"
#include "gateway/protocol/frame_codec.hpp"
#include "gateway/protocol/text_frame.hpp"
#include "tests/simulator/server.hpp"

namespace wk::simulator {
namespace {
// Small, so that catching up takes several reads.
constexpr std::size_t kCatchUpEvents = 7;
constexpr unsigned kFailureRetryMs = 1'000;

bool may_pass(const Error& error) {
  return error.code == ErrorCode::kIo || error.code == ErrorCode::kCorrupt || error.code == ErrorCode::kInternal ||
         error.code == ErrorCode::kStorageFull || error.code == ErrorCode::kUnavailable || error.code == ErrorCode::kTimeout;
}
bool is_final(const Error& error) { return error.retry_after_ms == 0 && !may_pass(error); }
}  // namespace

void Session::on_frame(const v1::ClientFrame& frame) {
  if (frame.has_hello()) return on_hello(frame.hello());
  if (frame.has_append()) return on_append(frame.ref(), frame.append());
  if (frame.has_subscribe()) {
    return subscribe(ConversationId(frame.subscribe().conversation_id()), frame.ref(), frame.subscribe().after_seq());
  }
  if (frame.has_unsubscribe() && !is_visitor()) unsubscribe(ConversationId(frame.unsubscribe().conversation_id()));
}

void Session::on_hello(const v1::Hello& hello) {
  if (const auto* visitor = std::get_if<VisitorPrincipal>(&principal_)) {
    return subscribe(visitor->conversation, 0, hello.resume_size() > 0 ? hello.resume(0).after_seq() : 0);
  }
  welcome();
  for (const v1::Resume& resume : hello.resume()) subscribe(ConversationId(resume.conversation_id()), 0, resume.after_seq());
}

void Session::welcome() {
  welcomed_ = true;
  v1::ServerFrame frame;
  frame.mutable_welcome()->set_server_time_ms(server_.world().clock.now_ms());
  send(encode_frame(Encoding::kProto, frame));
}

void Session::on_append(std::uint32_t ref, v1::Append append) {
  const std::string client_id = append.client_id();
  // As the gateway does: the short way where it is open.
  if (append.has_message() && append.message().attachments_size() == 0 && append.message().reply_to_seq() == 0 &&
      server_.service().append_text(ConversationId(append.conversation_id()), principal_, {client_id, append.message().text()},
                                    {key_, ref, 0, {}, 0, {}})) {
    return server_.world().trace("session {}: text {}", key_, client_id);
  }
  const v1::Actor actor = actor_of(principal_, {});
  const IntentKey intent{ConversationId(append.conversation_id()), {actor.kind(), actor.id()}, client_id};
  server_.world().trace("session {}: append {}", key_, client_id);
  const bool stored_before = server_.world().ledger.stored(intent).has_value();
  AppendRequest request{ConversationId(append.conversation_id()), principal_, std::move(append), {}};
  server_.service().append(std::move(request), server_.loop(loop_),
                           [&server = server_, key = key_, ref, client_id, intent, stored_before](Result<Appended> appended) {
                             server.world().trace("session {}: {} {}", key, client_id,
                                                  appended ? "is " + std::to_string(appended->seq) : std::string(appended.error().client_code()));
                             // Refused for good: then nothing of it may be stored (P34). A copy that came at the same time, on another
                             // socket, may have met another clock.
                             if (!appended && is_final(appended.error()) && stored_before) {
                               server.world().ledger.on_refusal(intent, std::string(appended.error().client_code()));
                             }
                             Session* session = server.find(key);
                             if (session == nullptr) return;
                             if (!appended) return session->refuse(ref, appended.error(), client_id);
                             session->ack({key, ref, appended->seq, appended->conversation, appended->time_ms, client_id});
                           });
}

void Session::ack(const TextAck& ack) {
  std::string bytes;
  append_ack(bytes, ack.ref, ack.conversation, ack.seq, ack.time_ms, ack.client_id);
  send(std::move(bytes));
}

void Session::refuse(std::uint32_t ref, const Error& error, const std::string& client_id) {
  if (error.code == ErrorCode::kCorrupt) server_.world().violate("something stored is taken for damaged: " + error.context);
  v1::ServerFrame frame;
  v1::Refusal& refusal = *frame.mutable_refusal();
  refusal.set_ref(ref);
  refusal.set_code(std::string(error.client_code()));
  refusal.set_retry_after_ms(error.retry_after_ms == 0 && may_pass(error) ? kFailureRetryMs : error.retry_after_ms);
  refusal.set_client_id(client_id);
  send(encode_frame(Encoding::kProto, frame));
}

Subscription* Session::find(ConversationId conversation) {
  const auto it = std::find_if(subscriptions_.begin(), subscriptions_.end(),
                               [&](const Subscription& s) { return s.conversation() == conversation; });
  return it == subscriptions_.end() ? nullptr : &*it;
}

void Session::subscribe(ConversationId conversation, std::uint32_t ref, Seq after) {
  if (Subscription* again = find(conversation)) {
    *again = Subscription(conversation);
  } else {
    subscriptions_.emplace_back(conversation);
  }
  server_.subscribe(conversation, *this);
  server_.broker().subscribe(conversation, loop_, server_.loop(loop_),
                             [&server = server_, key = key_, conversation, ref, after](Result<SummaryPtr> summary) {
                               if (Session* session = server.find(key)) session->on_subscribed(conversation, ref, after, std::move(summary));
                             });
}

void Session::unsubscribe(ConversationId conversation) {
  if (std::erase_if(subscriptions_, [&](const Subscription& s) { return s.conversation() == conversation; }) > 0) {
    server_.unsubscribe(conversation, *this);
  }
}

void Session::on_subscribed(ConversationId conversation, std::uint32_t ref, Seq after, Result<SummaryPtr> summary) {
  Subscription* subscription = find(conversation);
  if (subscription == nullptr) return;
  const bool never_written = !summary && summary.error().code == ErrorCode::kNotFound;
  if (!summary && !(never_written && is_visitor())) {
    refuse(ref, summary.error(), {});
    // A visitor's own stays where it was, if it was welcomed.
    if (!is_visitor()) return unsubscribe(conversation);
    if (!welcomed_) link_.cut = true;
    return;
  }
  if (is_visitor() && !welcomed_) welcome();
  const Seq last = summary ? (*summary)->last_seq() : 0;
  const Seq start = after > last ? 0 : after;
  v1::ServerFrame frame;
  frame.mutable_subscribed()->set_ref(ref);
  frame.mutable_subscribed()->mutable_conversation()->set_id(conversation.value());
  frame.mutable_subscribed()->set_after_seq(start);
  send(encode_frame(Encoding::kProto, frame));
  subscription->begin(start, last);
  start_read(*subscription);
}

void Session::on_live(const EventRange& range) {
  Subscription* subscription = find(range.conversation);
  if (subscription == nullptr) return;
  if (subscription->takes(range, congested_ || range.events.empty()) || server_.world().mutation == Mutation::kGapsIgnored) {
    send(encode_events(Encoding::kProto, range, is_visitor()));
  } else {
    start_read(*subscription);
  }
}

void Session::start_read(Subscription& subscription) {
  if (!subscription.wants_read() || congested_) return;
  subscription.read_begins();
  const Enqueued enqueued = server_.pool().submit(
      [&server = server_, key = key_, loop = loop_, conversation = subscription.conversation(), after = subscription.cursor()] {
        auto events = server.store().read(conversation, after, kCatchUpEvents);
        server.post_to(loop, key, [conversation, events = std::move(events)](Session& session) mutable {
          session.on_read(conversation, std::move(events));
        });
      });
  if (enqueued == Enqueued::kRefused) subscription.read_failed();
}

void Session::on_read(ConversationId conversation, Result<std::vector<EventRef>> events) {
  Subscription* subscription = find(conversation);
  if (subscription == nullptr || !subscription->begun()) return;
  if (!events || events->empty()) return subscription->read_failed();
  if (events->front().seq != subscription->cursor() + 1) {
    subscription->read_failed();
    return start_read(*subscription);
  }
  const EventRange range{conversation, subscription->cursor(), events->back().seq, *events};
  send(encode_events(Encoding::kProto, range, is_visitor()));
  subscription->read_ends(range.through_seq);
  start_read(*subscription);
}

void Session::on_drained() {
  congested_ = false;
  sweep();
}

void Session::sweep() {
  for (Subscription& subscription : subscriptions_) start_read(subscription);
}

void Session::on_closed() {
  for (const Subscription& subscription : std::exchange(subscriptions_, {})) server_.unsubscribe(subscription.conversation(), *this);
}

void Session::send(std::string frame) {
  if (link_.cut) return;
  link_.down_bytes += frame.size();
  link_.down.push_back(std::move(frame));
  congested_ = congested_ || link_.down_bytes > Link::kHighWaterBytes;
}

}  // namespace wk::simulator
