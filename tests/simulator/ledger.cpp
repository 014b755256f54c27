#include "tests/simulator/ledger.hpp"

#include <algorithm>

#include "core/model/fold.hpp"
#include "tests/simulator/world.hpp"

namespace wk::simulator {

bool hidden_from_visitors(const v1::Event& event) {
  return event.has_note() || event.has_labels_changed() || event.has_priority_changed() || event.has_page_viewed() ||
         event.has_contact_changed() || (event.has_holder_changed() && !event.holder_changed().comment().empty());
}

std::size_t Ledger::on_submitted(const EventBatch& batch) {
  open_[next_batch_] = batch;
  return next_batch_++;
}

void Ledger::on_durable(std::size_t batch) {
  const auto it = open_.find(batch);
  for (const EventRef& ref : it->second) add(ref);
  open_.erase(it);
}

void Ledger::on_refused(std::size_t batch) { open_.erase(batch); }

void Ledger::add(const EventRef& ref) {
  std::vector<Entry>& log = logs_[ref.conversation];
  if (ref.seq != log.size() + 1) {
    return world_.violate(fmt::format("conversation {}: event {} was stored behind {}", ref.conversation.value(), ref.seq, log.size()));
  }
  Entry entry{std::string(ref.bytes.view()), {}};
  if (!entry.event.ParseFromString(entry.bytes) || entry.event.seq() != ref.seq ||
      entry.event.conversation_id() != ref.conversation.value()) {
    return world_.violate(fmt::format("conversation {}: event {} says something else of itself", ref.conversation.value(), ref.seq));
  }
  if (!log.empty() && log.back().event.time_ms() > entry.event.time_ms()) {
    world_.violate(fmt::format("conversation {}: time runs back at {} (P40)", ref.conversation.value(), ref.seq));
  }
  if (!entry.event.client_id().empty()) {
    const IntentKey key{ref.conversation, {entry.event.actor().kind(), entry.event.actor().id()}, entry.event.client_id()};
    const auto [it, added] = by_intent_.emplace(key, ref.seq);
    if (!added) {
      world_.violate(fmt::format("conversation {}: {} is stored twice, as {} and {} (P30)", ref.conversation.value(), key.client_id,
                                 it->second, ref.seq));
    }
  }
  ++events_count_;
  log.push_back(std::move(entry));
}

void Ledger::on_recovered(ConversationId conversation, const std::vector<EventRef>& stored) {
  std::vector<Entry>& log = logs_[conversation];
  if (stored.size() < log.size()) {
    return world_.violate(fmt::format("conversation {}: {} events after the start, {} were promised", conversation.value(),
                                      stored.size(), log.size()));
  }
  for (std::size_t i = 0; i < stored.size(); ++i) {
    const EventRef& ref = stored[i];
    if (i < log.size()) {
      if (ref.seq != i + 1 || ref.bytes.view() != log[i].bytes) {
        return world_.violate(fmt::format("conversation {}: event {} is another after the start", conversation.value(), i + 1));
      }
      continue;
    }
    const auto known = std::any_of(open_.begin(), open_.end(), [&](const auto& open) {
      return std::any_of(open.second.begin(), open.second.end(), [&](const EventRef& event) {
        return event.conversation == conversation && event.seq == ref.seq && event.bytes.view() == ref.bytes.view();
      });
    });
    if (!known) {
      return world_.violate(fmt::format("conversation {}: event {} after the start was never under way", conversation.value(), ref.seq));
    }
    add(ref);
  }
}

void Ledger::recovered() {
  for (const auto& [batch, events_of] : open_) {
    const auto there = std::count_if(events_of.begin(), events_of.end(), [&](const EventRef& event) {
      const std::vector<Entry>& known = log(event.conversation);
      return event.seq <= known.size() && known[event.seq - 1].bytes == event.bytes.view();
    });
    if (there != 0 && there != static_cast<std::ptrdiff_t>(events_of.size())) {
      world_.violate(fmt::format("{} of the {} events of a batch are stored", there, events_of.size()));
    }
  }
  open_.clear();
}

void Ledger::on_ack(const IntentKey& intent, Seq seq, bool must_be_stored) {
  ++acks_count_;
  const std::uint64_t conversation = intent.conversation.value();
  if (seq == 0 || seq > last_seq(intent.conversation)) {
    return world_.violate(fmt::format("conversation {}: {} was acked as {}, which is not durable (P32)", conversation, intent.client_id, seq));
  }
  const std::optional<Seq> at = stored(intent);
  if (at && *at != seq) {
    // One try found that there was nothing to change (P33), another one stored.
    if (!must_be_stored) return;
    return world_.violate(fmt::format("conversation {}: {} was acked as {} and is {}", conversation, intent.client_id, seq, *at));
  }
  if (!at && must_be_stored) {
    return world_.violate(fmt::format("conversation {}: {} was acked as {} and is not stored", conversation, intent.client_id, seq));
  }
}

void Ledger::on_refusal(const IntentKey& intent, const std::string& code) {
  if (const std::optional<Seq> at = stored(intent)) {
    world_.violate(fmt::format("conversation {}: {} was refused for good ({}) and is stored as {} (P34)", intent.conversation.value(),
                               intent.client_id, code, *at));
  }
}

void Ledger::on_shown(ConversationId conversation, bool to_visitor, Seq after, Seq through, const std::vector<v1::Event>& shown) {
  const std::vector<Entry>& known = log(conversation);
  const auto violate = [&](const char* what, Seq seq) {
    world_.violate(fmt::format("conversation {}: {} ({} of the range behind {} to {})", conversation.value(), what, seq, after, through));
  };
  if (through < after || through > known.size()) return violate("a range reaches beyond what is durable", through);
  auto next = shown.begin();
  for (Seq seq = after + 1; seq <= through; ++seq) {
    const Entry& entry = known[seq - 1];
    const bool there = next != shown.end() && next->seq() == seq;
    if (to_visitor && hidden_from_visitors(entry.event)) {
      if (there) return violate("a visitor is shown what is not for visitors (P43)", seq);
      continue;
    }
    if (!there) return violate("an event is missing in a range", seq);
    if (next->SerializeAsString() != entry.bytes) return violate("an event is shown that is not the stored one", seq);
    ++next;
  }
  if (next != shown.end()) violate("a range holds what does not belong to it", next->seq());
}

void Ledger::on_read(ConversationId conversation, Seq after, std::size_t limit, const std::vector<EventRef>& read) {
  const std::vector<Entry>& known = log(conversation);
  const std::size_t expected = std::min<std::size_t>(limit, known.size() - std::min<std::size_t>(after, known.size()));
  if (read.size() != expected) {
    return world_.violate(fmt::format("conversation {}: {} events are read behind {}, should be {}", conversation.value(), read.size(),
                                      after, expected));
  }
  for (std::size_t i = 0; i < read.size(); ++i) {
    if (read[i].seq != after + i + 1 || read[i].bytes.view() != known[after + i].bytes ||
        read[i].visitor_may_see == hidden_from_visitors(known[after + i].event)) {
      return world_.violate(fmt::format("conversation {}: event {} is read as another", conversation.value(), after + i + 1));
    }
  }
}

void Ledger::on_summary(ConversationId conversation, const v1::ConversationSummary& summary) {
  v1::ConversationSummary expected;
  for (const Entry& entry : log(conversation)) fold(expected, entry.event);
  if (summary.SerializeAsString() != expected.SerializeAsString()) {
    world_.violate(fmt::format("conversation {}: the summary is not the fold of the log:\n{}\nshould be\n{}", conversation.value(),
                               summary.ShortDebugString(), expected.ShortDebugString()));
  }
}

void Ledger::on_board(ConversationId conversation, const v1::ConversationSummary& summary) {
  const std::vector<Entry>& known = log(conversation);
  if (summary.last_seq() == 0 || summary.last_seq() > known.size()) {
    return world_.violate(fmt::format("conversation {}: the board shows {}, durable are {}", conversation.value(), summary.last_seq(), known.size()));
  }
  v1::ConversationSummary expected;
  for (Seq i = 0; i < summary.last_seq(); ++i) fold(expected, known[i].event);
  if (summary.SerializeAsString() != expected.SerializeAsString()) {
    world_.violate(fmt::format("conversation {}: the board shows what the log does not say:\n{}\nshould be\n{}", conversation.value(),
                               summary.ShortDebugString(), expected.ShortDebugString()));
  }
}

const std::vector<Entry>& Ledger::log(ConversationId conversation) const {
  static const std::vector<Entry> kNone;
  const auto it = logs_.find(conversation);
  return it == logs_.end() ? kNone : it->second;
}

std::optional<Seq> Ledger::stored(const IntentKey& intent) const {
  const auto it = by_intent_.find(intent);
  return it == by_intent_.end() ? std::nullopt : std::optional(it->second);
}

}  // namespace wk::simulator
