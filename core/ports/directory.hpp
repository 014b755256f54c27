// The entities: agents, sites, tokens, sessions, contacts, attachments. Rows of the warm tier, written in their own
// transactions (DESIGN section 4). Embedded: storage/embedded/directory.
//
// Thread-safe. Blocks: call on a ThreadPool, but for the snapshot of sites, which is read on loops.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "core/ports/contact_sink.hpp"
#include "weikeyi/v1/resource.pb.h"

namespace wk {

namespace v1 = ::weikeyi::v1;

// What is stored of an agent beyond what anybody is shown.
struct AgentRecord {
  v1::Agent agent;
  std::string password_hash;              // argon2id, PHC string
  std::string totp_secret;                // raw bytes; empty: none
  std::string totp_pending_secret;        // set up, not yet confirmed
  std::int64_t totp_last_step = 0;        // a code is good once (RFC 6238 5.2)
  std::vector<std::string> recovery_hashes;
};

struct AgentSessionRecord {
  AgentSessionId id;
  AgentId agent;
  std::string token_hash;  // SHA-256 of the cookie's secret
  std::int64_t created_ms = 0;
  std::int64_t last_seen_ms = 0;
  std::int64_t expires_ms = 0;
  std::string ip;
  std::string user_agent;
};

struct ApiTokenRecord {
  v1::ApiToken token;  // without secret
  std::string token_hash;
};

struct AttachmentRecord {
  AttachmentId id;
  v1::Attachment attachment;
  ConversationId conversation;  // who may read it follows from here
  SiteId site;
  std::uint64_t uploader_id = 0;
  v1::ActorKind uploader_kind = v1::ACTOR_KIND_UNSPECIFIED;
  std::int64_t created_ms = 0;
  std::string sha256_hex;
};

struct Page {
  std::string cursor;
  std::size_t limit = 50;
};

class Directory : public ContactSink {
 public:

  // -- agents. E-mail addresses are compared case-insensitively and unique (kConflict, reason_code "email_taken").
  virtual Result<void> create_agent(const AgentRecord& record) = 0;
  virtual Result<void> update_agent(const AgentRecord& record) = 0;
  // Reads, changes and writes in one transaction: what must happen once (a code is used up) is decided inside `change`, which
  // is short and does no I/O. Its error is answered and nothing is written. Answers the record as written.
  using AgentChange = std::function<Result<void>(AgentRecord&)>;
  virtual Result<AgentRecord> modify_agent(AgentId id, const AgentChange& change) = 0;
  virtual Result<AgentRecord> agent(AgentId id) = 0;
  virtual Result<AgentRecord> agent_by_email(const std::string& email) = 0;
  virtual Result<v1::AgentList> agents(const Page& page) = 0;
  virtual Result<std::size_t> agent_count() = 0;

  // -- browser sessions of agents
  virtual Result<void> create_session(const AgentSessionRecord& record) = 0;
  virtual Result<AgentSessionRecord> session_by_token_hash(const std::string& token_hash) = 0;
  // The expiry slides along: it moves by as much as last_seen_ms does. Never goes back.
  virtual Result<void> touch_session(AgentSessionId id, std::int64_t last_seen_ms) = 0;
  virtual Result<std::vector<AgentSessionRecord>> sessions(AgentId agent) = 0;
  // Which were ended. Empty `only`: all of the agent's, but `keep`.
  virtual Result<std::vector<AgentSessionId>> end_sessions(AgentId agent, AgentSessionId only, AgentSessionId keep) = 0;

  // -- API tokens
  virtual Result<void> create_api_token(const ApiTokenRecord& record) = 0;
  virtual Result<ApiTokenRecord> api_token_by_hash(const std::string& token_hash) = 0;
  virtual Result<void> touch_api_token(ApiTokenId id, std::int64_t last_used_ms) = 0;
  virtual Result<v1::ApiTokenList> api_tokens(std::optional<AgentId> owner, const Page& page) = 0;
  virtual Result<ApiTokenRecord> api_token(ApiTokenId id) = 0;
  virtual Result<void> delete_api_token(ApiTokenId id) = 0;

  // -- sites. `key` is unique.
  virtual Result<void> create_site(const v1::Site& site) = 0;
  virtual Result<void> update_site(const v1::Site& site) = 0;
  virtual Result<v1::Site> site(SiteId id) = 0;
  // All sites, as they are now; cheap and non-blocking (an immutable copy that each write replaces).
  virtual std::shared_ptr<const std::vector<v1::Site>> sites() const = 0;

  // -- contacts. What the log says of them comes by ContactSink::apply.
  virtual Result<void> put_contact(const v1::Contact& contact) = 0;  // insert or replace
  virtual Result<v1::Contact> contact(ContactId id) = 0;
  virtual Result<v1::Contact> contact_by_external_id(SiteId site, const std::string& external_id) = 0;
  // Without a text those seen last; with one those whose name, e-mail, telephone number or external id has each of its words
  // somewhere (whatever the case), the newest contacts first. Cursors of one are not for the other.
  virtual Result<v1::ContactList> contacts(const std::string& text, const Page& page) = 0;

  // -- attachments
  virtual Result<void> create_attachment(const AttachmentRecord& record) = 0;
  virtual Result<AttachmentRecord> attachment(AttachmentId id) = 0;
  // Bytes stored for a site, for its quota.
  virtual Result<std::uint64_t> attachment_bytes(SiteId site) = 0;

  // -- answers given under an Idempotency-Key (kept 24 h): status and body by (principal, key).
  struct IdempotentAnswer {
    std::string request_hash;
    unsigned status = 0;
    std::string body;
  };
  virtual Result<std::optional<IdempotentAnswer>> idempotent_answer(const std::string& scope, const std::string& key) = 0;
  virtual Result<void> put_idempotent_answer(const std::string& scope, const std::string& key,
                                             const IdempotentAnswer& answer, std::int64_t now_ms) = 0;

  // -- secrets and settings of the installation, by name ("visitor_token_key")
  virtual Result<std::optional<std::string>> setting(const std::string& name) = 0;
  virtual Result<void> put_setting(const std::string& name, const std::string& value) = 0;

  // Deletes expired sessions and idempotent answers older than 24 h. Called now and then.
  virtual Result<void> purge(std::int64_t now_ms) = 0;
};

}  // namespace wk
