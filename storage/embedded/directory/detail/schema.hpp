// The steps that made the schema of directory.db (sqlite/migrations.hpp): never edited once released, only added to.
#pragma once

#include <array>

namespace wk::directory_detail {

inline constexpr std::array kSteps = {
    R"sql(
CREATE TABLE agents(
  id INTEGER PRIMARY KEY,
  email_folded TEXT NOT NULL UNIQUE,
  record BLOB NOT NULL,             -- weikeyi.v1.Agent
  password_hash TEXT NOT NULL,
  totp_secret BLOB NOT NULL,
  totp_pending_secret BLOB NOT NULL,
  totp_last_step INTEGER NOT NULL,
  recovery_hashes TEXT NOT NULL     -- one a line
);
CREATE TABLE agent_sessions(
  id INTEGER PRIMARY KEY,
  agent_id INTEGER NOT NULL REFERENCES agents(id),
  token_hash TEXT NOT NULL UNIQUE,
  created_ms INTEGER NOT NULL,
  last_seen_ms INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL,
  ip TEXT NOT NULL,
  user_agent TEXT NOT NULL
);
CREATE INDEX agent_sessions_by_agent ON agent_sessions(agent_id);
CREATE INDEX agent_sessions_by_expiry ON agent_sessions(expires_ms);
CREATE TABLE api_tokens(
  id INTEGER PRIMARY KEY,
  agent_id INTEGER NOT NULL,
  token_hash TEXT NOT NULL UNIQUE,
  last_used_ms INTEGER NOT NULL,
  record BLOB NOT NULL              -- weikeyi.v1.ApiToken, without secret and last_used_ms
);
CREATE INDEX api_tokens_by_agent ON api_tokens(agent_id);
CREATE TABLE sites(
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  record BLOB NOT NULL              -- weikeyi.v1.Site
);
CREATE TABLE contacts(
  id INTEGER PRIMARY KEY,
  site_id INTEGER NOT NULL,
  external_id TEXT,                 -- NULL: none
  name TEXT NOT NULL,
  email TEXT NOT NULL,
  phone TEXT NOT NULL,
  last_seen_ms INTEGER NOT NULL,
  named_ms INTEGER NOT NULL,        -- when name, email, phone were last said
  record BLOB NOT NULL,             -- weikeyi.v1.Contact
  UNIQUE(site_id, external_id)
);
CREATE INDEX contacts_by_last_seen ON contacts(last_seen_ms, id);
CREATE TABLE attachments(
  id INTEGER PRIMARY KEY,
  conversation_id INTEGER NOT NULL,
  site_id INTEGER NOT NULL,
  uploader_kind INTEGER NOT NULL,
  uploader_id INTEGER NOT NULL,
  created_ms INTEGER NOT NULL,
  sha256_hex TEXT NOT NULL,
  size_bytes INTEGER NOT NULL,
  record BLOB NOT NULL              -- weikeyi.v1.Attachment
);
CREATE INDEX attachments_by_site ON attachments(site_id, size_bytes);
CREATE TABLE idempotent_answers(
  scope TEXT NOT NULL,
  key TEXT NOT NULL,
  request_hash TEXT NOT NULL,
  status INTEGER NOT NULL,
  body BLOB NOT NULL,
  created_ms INTEGER NOT NULL,
  PRIMARY KEY(scope, key)
) WITHOUT ROWID;
CREATE INDEX idempotent_answers_by_time ON idempotent_answers(created_ms);
CREATE TABLE settings(
  name TEXT PRIMARY KEY,
  value BLOB NOT NULL
) WITHOUT ROWID;
)sql",
    // Contacts are found by any piece of their name, addresses or id; of the telephone number also by its digits alone.
    R"sql(
ALTER TABLE contacts ADD COLUMN found_by TEXT GENERATED ALWAYS AS (
  name || char(10) || email || char(10) || phone || char(10) || ifnull(external_id, '') || char(10) ||
  replace(replace(replace(replace(replace(phone, ' ', ''), '-', ''), '(', ''), ')', ''), '.', '')) VIRTUAL;
CREATE VIRTUAL TABLE contacts_text USING fts5(text, columnsize=0, tokenize='substring');
INSERT INTO contacts_text(rowid, text) SELECT id, found_by FROM contacts;
CREATE TRIGGER contacts_text_inserted AFTER INSERT ON contacts BEGIN
  INSERT INTO contacts_text(rowid, text) VALUES(new.id, new.found_by);
END;
CREATE TRIGGER contacts_text_updated AFTER UPDATE ON contacts WHEN old.found_by IS NOT new.found_by BEGIN
  DELETE FROM contacts_text WHERE rowid = old.id;
  INSERT INTO contacts_text(rowid, text) VALUES(new.id, new.found_by);
END;
CREATE TRIGGER contacts_text_deleted AFTER DELETE ON contacts BEGIN
  DELETE FROM contacts_text WHERE rowid = old.id;
END;
)sql",
};

}  // namespace wk::directory_detail
