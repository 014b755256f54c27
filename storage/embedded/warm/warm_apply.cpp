// The writing half of WarmStore: a batch from the journal becomes rows.
#include <algorithm>
#include <numeric>

#include "base/log.hpp"
#include "core/model/fold.hpp"
#include "storage/embedded/warm/bot_rows.hpp"
#include "storage/embedded/warm/warm_store.hpp"

namespace wk {

using sqlite::CachedStatement;
using sqlite::Transaction;

struct WarmStore::Batch {
  std::vector<ContactUpdate> contacts;
  std::vector<std::int64_t> times;  // of each record
  std::uint64_t gaps = 0;
  warm::BotRows bot;
};

namespace {

void note_contact(std::vector<ContactUpdate>& contacts, const v1::Event& event, const v1::ConversationSummary& summary) {
  ContactUpdate update;
  update.contact = ContactId(summary.contact_id());
  update.site = SiteId(summary.site_id());
  update.time_ms = event.time_ms();
  if (event.body_case() == v1::Event::kStarted) {
    if (event.actor().kind() == v1::ACTOR_KIND_VISITOR) update.name = event.actor().name();
    update.context = event.started().context();
  } else {
    update.name = event.contact_changed().name();
    update.email = event.contact_changed().email();
    update.phone = event.contact_changed().phone();
    update.attributes.insert(event.contact_changed().attributes().begin(), event.contact_changed().attributes().end());
  }
  if (update.contact) contacts.push_back(std::move(update));
}

}  // namespace

Result<void> WarmStore::fold_batch(Batch& batch, std::span<const JournalRecord> records) {
  v1::Event event;
  for (const JournalRecord& record : records) {
    const std::string_view bytes = record.event.bytes.view();
    if (!event.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
      return fail(ErrorCode::kCorrupt, "warm: the event at journal position " + std::to_string(record.position.value) + " does not parse");
    }
    batch.times.push_back(event.time_ms());
    WK_TRY(warm::ConversationRows::Fold * kept, rows_.find(writer_, record.event.conversation));
    v1::ConversationSummary* summary = &kept->summary;
    if (event.seq() <= summary->last_seq()) continue;
    rows_.touch(record.event.conversation, *kept);
    if (event.seq() != summary->last_seq() + 1) {
      // Refusing it would stop the reader for good. The event is kept, the fold goes on behind the hole, `check` shows it.
      log_error("warm.seq_gap", {{"conversation", event.conversation_id()}, {"seq", event.seq()}, {"last_seq", summary->last_seq()}});
      ++batch.gaps;
      summary->set_last_seq(event.seq() - 1);
    }
    batch.bot.note(*summary, event);
    fold(*summary, event);
    if (event.body_case() == v1::Event::kStarted || event.body_case() == v1::Event::kContactChanged) {
      note_contact(batch.contacts, event, *summary);
    }
  }
  return {};
}

Result<void> WarmStore::write_batch(const Batch& batch, std::span<const JournalRecord> records, JournalPosition next) {
  WK_TRY(Transaction transaction, Transaction::begin(writer_));
  {
    WK_TRY(CachedStatement insert, writer_.cached("INSERT INTO events(conversation_id, seq, time_ms, flags, bytes) "
                                                  "VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING"));
    // By conversation within the batch: the index is then touched page by page. Across batches the order is that of arrival.
    std::vector<std::size_t> order(records.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return records[a].event.conversation < records[b].event.conversation;
    });
    for (const std::size_t i : order) {
      const EventRef& event = records[i].event;
      insert->bind_all(event.conversation, event.seq, batch.times[i], event.visitor_may_see, sqlite::Blob{event.bytes.view()});
      WK_TRY_VOID(insert->run());
    }
    WK_TRY_VOID(rows_.write(writer_));
    WK_TRY_VOID(batch.bot.write(writer_));
    WK_TRY(CachedStatement move, writer_.cached("INSERT INTO cursors(name, position) VALUES('journal', ?1) "
                                                "ON CONFLICT(name) DO UPDATE SET position = ?1"));
    move->bind_all(next.value);
    WK_TRY_VOID(move->run());
  }
  return transaction.commit();
}

Result<void> WarmStore::apply(std::span<const JournalRecord> records, JournalPosition next) {
  Batch batch;
  batch.times.reserve(records.size());
  const auto take = [&]() -> Result<void> {
    WK_TRY_VOID(fold_batch(batch, records));
    // Before the transaction: the directory has a file and a lock of its own.
    if (options_.contacts != nullptr && !batch.contacts.empty()) WK_TRY_VOID(options_.contacts->apply(batch.contacts));
    return write_batch(batch, records, next);
  };
  if (Result<void> taken = take(); !taken) {
    rows_.forget();
    return taken;
  }
  rows_.keep();
  gaps_ += batch.gaps;
  cursor_ = next.value;
  return {};
}

}  // namespace wk
