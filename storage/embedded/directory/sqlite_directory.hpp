// The Directory in one SQLite file: agents, sessions, tokens, sites, contacts, attachments, settings.
//
// Owner: the server's wiring; one per file and process. Thread-safe: one connection writes, up to kReadConnectionsMax read; all
// block but sites(). What rows are looked up by stands in columns; the rest is the schema's own message, so that a new field needs
// no migration.
#pragma once

#include <filesystem>
#include <memory>

#include "base/clock.hpp"
#include "base/guarded.hpp"
#include "core/ports/directory.hpp"
#include "storage/embedded/sqlite/database_pool.hpp"

namespace wk {

class SqliteDirectory final : public Directory {
 public:
  // Makes the file, or brings its schema up to date.
  static Result<std::unique_ptr<SqliteDirectory>> open(const std::filesystem::path& file,
                                                       const Clock& clock = SystemClock::instance());

  Result<void> create_agent(const AgentRecord& record) override;
  Result<void> update_agent(const AgentRecord& record) override;
  Result<AgentRecord> modify_agent(AgentId id, const AgentChange& change) override;
  Result<AgentRecord> agent(AgentId id) override;
  Result<AgentRecord> agent_by_email(const std::string& email) override;
  Result<v1::AgentList> agents(const Page& page) override;
  Result<std::size_t> agent_count() override;

  Result<void> create_session(const AgentSessionRecord& record) override;
  Result<AgentSessionRecord> session_by_token_hash(const std::string& token_hash) override;
  Result<void> touch_session(AgentSessionId id, std::int64_t last_seen_ms) override;
  Result<std::vector<AgentSessionRecord>> sessions(AgentId agent) override;
  Result<std::vector<AgentSessionId>> end_sessions(AgentId agent, AgentSessionId only, AgentSessionId keep) override;

  Result<void> create_api_token(const ApiTokenRecord& record) override;
  Result<ApiTokenRecord> api_token_by_hash(const std::string& token_hash) override;
  Result<void> touch_api_token(ApiTokenId id, std::int64_t last_used_ms) override;
  Result<v1::ApiTokenList> api_tokens(std::optional<AgentId> owner, const Page& page) override;
  Result<ApiTokenRecord> api_token(ApiTokenId id) override;
  Result<void> delete_api_token(ApiTokenId id) override;

  Result<void> create_site(const v1::Site& site) override;
  Result<void> update_site(const v1::Site& site) override;
  Result<v1::Site> site(SiteId id) override;
  std::shared_ptr<const std::vector<v1::Site>> sites() const override;

  Result<void> put_contact(const v1::Contact& contact) override;
  Result<void> apply(std::span<const ContactUpdate> updates) override;
  Result<v1::Contact> contact(ContactId id) override;
  Result<v1::Contact> contact_by_external_id(SiteId site, const std::string& external_id) override;
  Result<v1::ContactList> contacts(const std::string& text, const Page& page) override;

  Result<void> create_attachment(const AttachmentRecord& record) override;
  Result<AttachmentRecord> attachment(AttachmentId id) override;
  Result<std::uint64_t> attachment_bytes(SiteId site) override;

  Result<std::optional<IdempotentAnswer>> idempotent_answer(const std::string& scope, const std::string& key) override;
  Result<void> put_idempotent_answer(const std::string& scope, const std::string& key, const IdempotentAnswer& answer,
                                     std::int64_t now_ms) override;

  Result<std::optional<std::string>> setting(const std::string& name) override;
  Result<void> put_setting(const std::string& name, const std::string& value) override;

  Result<void> purge(std::int64_t now_ms) override;

 private:
  SqliteDirectory(std::filesystem::path file, const Clock& clock);

  // Replaces the snapshot. Requires: the write connection is lent to the caller, so that snapshots follow one another as the
  // writes did.
  Result<void> reload_sites(sqlite::Database& database);

  Result<v1::ContactList> newest_contacts(const Page& page);
  // `match` is for the index of their texts.
  Result<v1::ContactList> contacts_matching(const std::string& match, const Page& page);

  const std::filesystem::path file_;
  const Clock& clock_;
  sqlite::DatabasePool writer_;  // one connection
  sqlite::DatabasePool readers_;
  Guarded<std::shared_ptr<const std::vector<v1::Site>>> sites_;
};

}  // namespace wk
