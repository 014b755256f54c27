#include "storage/embedded/warm/schema.hpp"

#include <array>

namespace wk::warm {

namespace {

constexpr std::array<const char*, 4> kSteps = {
    // events.id rises in the order of arrival (within one batch: by conversation): the archive takes from its beginning.
    // conversations holds the columns that lists filter and sort by; everything else is in `summary`. What follows every event
    // (updated_ms) stands in as few indexes as the lists need: mine, queue, all.
    // archived says which seqs of a conversation lie in which month's archive; written in the transaction that deletes them here.
    R"sql(
CREATE TABLE events(
  id INTEGER PRIMARY KEY,
  conversation_id INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  time_ms INTEGER NOT NULL,
  flags INTEGER NOT NULL,
  bytes BLOB NOT NULL
);
CREATE UNIQUE INDEX events_by_seq ON events(conversation_id, seq);

CREATE TABLE conversations(
  id INTEGER PRIMARY KEY,
  site_id INTEGER NOT NULL,
  contact_id INTEGER NOT NULL,
  state INTEGER NOT NULL,
  holder_kind INTEGER NOT NULL,
  holder_agent INTEGER NOT NULL,
  last_seq INTEGER NOT NULL,
  updated_ms INTEGER NOT NULL,
  snoozed_until_ms INTEGER NOT NULL,
  summary BLOB NOT NULL
);
CREATE INDEX conversations_all ON conversations(updated_ms, id);
CREATE INDEX conversations_mine ON conversations(holder_agent, updated_ms, id) WHERE holder_kind = 3;
CREATE INDEX conversations_queue ON conversations(state, updated_ms, id) WHERE holder_kind = 2;
CREATE INDEX conversations_contact ON conversations(contact_id);
CREATE INDEX conversations_due ON conversations(snoozed_until_ms) WHERE state = 3 AND snoozed_until_ms > 0;
CREATE INDEX conversations_unresolved ON conversations(holder_kind, holder_agent, site_id) WHERE state <> 4;

CREATE TABLE archived(
  conversation_id INTEGER NOT NULL,
  month INTEGER NOT NULL,
  first_seq INTEGER NOT NULL,
  last_seq INTEGER NOT NULL,
  PRIMARY KEY(conversation_id, month)
) WITHOUT ROWID;

CREATE TABLE cursors(name TEXT PRIMARY KEY, position INTEGER NOT NULL) WITHOUT ROWID;
)sql",
    // tallies: how many conversations there are of each kind, kept with every batch, so that a list's numbers cost the same however many
    // conversations there are. A few rows for each site and agent.
    R"sql(
CREATE TABLE tallies(
  site_id INTEGER NOT NULL,
  state INTEGER NOT NULL,
  holder_kind INTEGER NOT NULL,
  holder_agent INTEGER NOT NULL,
  conversations INTEGER NOT NULL,
  PRIMARY KEY(site_id, state, holder_kind, holder_agent)
) WITHOUT ROWID;
INSERT INTO tallies SELECT site_id, state, holder_kind, holder_agent, count(*) FROM conversations GROUP BY 1, 2, 3, 4;
)sql",
    // What AI agents hold is a list of its own: a few among many, so not to be looked for in all of them.
    R"sql(
CREATE INDEX conversations_bot ON conversations(state, updated_ms, id) WHERE holder_kind = 1;
)sql",
    // What became of AI agents' conversations (bot_rows.hpp): bot_conversations has a row for each time one was given a conversation (began_seq: the
    // event that gave it), bot_turns counts turns by half hour, site and how long they took, bot_questions keeps what it had no answer to.
    R"sql(
CREATE TABLE bot_conversations(
  conversation_id INTEGER NOT NULL,
  began_seq INTEGER NOT NULL,
  site_id INTEGER NOT NULL,
  began_ms INTEGER NOT NULL,
  outcome INTEGER NOT NULL,
  reason INTEGER NOT NULL,
  rating INTEGER NOT NULL,
  PRIMARY KEY(conversation_id, began_seq)
) WITHOUT ROWID;
CREATE INDEX bot_conversations_began ON bot_conversations(began_ms);

CREATE TABLE bot_turns(
  span INTEGER NOT NULL,
  site_id INTEGER NOT NULL,
  unsure INTEGER NOT NULL,
  bucket INTEGER NOT NULL,
  turns INTEGER NOT NULL,
  PRIMARY KEY(span, site_id, unsure, bucket)
) WITHOUT ROWID;

CREATE TABLE bot_questions(
  id INTEGER PRIMARY KEY,
  conversation_id INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  began_seq INTEGER NOT NULL,
  time_ms INTEGER NOT NULL,
  site_id INTEGER NOT NULL,
  reason INTEGER NOT NULL,
  question TEXT NOT NULL,
  UNIQUE(conversation_id, seq)
);
)sql",
};

}  // namespace

std::span<const char* const> schema_steps() { return kSteps; }

}  // namespace wk::warm
