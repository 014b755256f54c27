// SqliteDirectory: contacts and attachments.
#include <algorithm>
#include <limits>
#include <utility>

#include "base/encoding.hpp"
#include "core/model/limits.hpp"
#include "storage/embedded/directory/detail/rows.hpp"
#include "storage/embedded/directory/sqlite_directory.hpp"
#include "storage/embedded/sqlite/substring_tokenizer.hpp"

namespace wk {

using namespace directory_detail;

namespace {

Result<void> put(sqlite::Database& database, const v1::Contact& contact, std::int64_t named_ms) {
  WK_TRY(const auto statement,
         database.cached("INSERT INTO contacts(id,site_id,external_id,name,email,phone,last_seen_ms,named_ms,record) "
                         "VALUES(?1,?2,nullif(?3,''),?4,?5,?6,?7,?8,?9) ON CONFLICT(id) DO UPDATE SET site_id=?2,"
                         "external_id=nullif(?3,''),name=?4,email=?5,phone=?6,last_seen_ms=?7,named_ms=?8,record=?9"));
  const std::string record = contact.SerializeAsString();
  return with_conflict(statement
                           ->bind_all(contact.id(), contact.site_id(), contact.external_id(), contact.name(),
                                      contact.email(), contact.phone(), contact.last_seen_ms(), named_ms,
                                      sqlite::Blob{record})
                           .run(),
                       "external_id_taken");
}

// Requires: `select` is bound and asks for the record.
Result<v1::Contact> only_contact(sqlite::Statement& select) {
  WK_TRY(const bool found, select.step());
  if (!found) return fail(ErrorCode::kNotFound, "no such contact");
  return message_column<v1::Contact>(select, 0);
}

// Where the next page of contacts begins: below this place, newest first. On the wire "<last_seen_ms>-<id>".
struct ContactsCursor {
  std::int64_t last_seen_ms = std::numeric_limits<std::int64_t>::max();
  std::int64_t id = std::numeric_limits<std::int64_t>::max();
};

Result<ContactsCursor> contacts_cursor(const std::string& text) {
  if (text.empty()) return ContactsCursor{};
  const std::size_t dash = text.find('-');
  const auto time = parse_id(std::string_view(text).substr(0, dash));
  const auto id = dash == std::string::npos ? std::nullopt : parse_id(std::string_view(text).substr(dash + 1));
  if (!time || !id) return fail(ErrorCode::kInvalidArgument, "not a cursor of this list");
  return ContactsCursor{static_cast<std::int64_t>(*time), static_cast<std::int64_t>(*id)};
}

// Requires: `select` is bound, asks for the record and for one row more than a page has.
Result<v1::ContactList> contact_page(sqlite::Statement& select, std::size_t rows, std::string (*cursor_of)(const v1::Contact&)) {
  v1::ContactList list;
  for (;;) {
    WK_TRY(const bool found, select.step());
    if (!found) return list;
    if (static_cast<std::size_t>(list.contacts_size()) == rows) break;
    WK_TRY(*list.add_contacts(), message_column<v1::Contact>(select, 0));
  }
  list.set_next_cursor(cursor_of(list.contacts(list.contacts_size() - 1)));
  return list;
}

void say(std::string& known, const std::string& said, bool may_replace) {
  if (!said.empty() && (known.empty() || may_replace)) known = said;
}

// What an older event says only fills what nothing newer has said.
void learn_attributes(v1::Contact& contact, const std::map<std::string, std::string>& said, bool newest) {
  auto& known = *contact.mutable_attributes();
  for (const auto& [name, value] : said) {
    const auto found = known.find(name);
    if (value.empty()) {
      if (newest && found != known.end()) known.erase(found);
    } else if (found != known.end()) {
      if (newest) found->second = value;
    } else if (static_cast<std::size_t>(known.size()) < limits::kAttributesMax) {
      known[name] = value;
    }
  }
}

// Within a transaction.
Result<void> learn(sqlite::Database& database, const ContactUpdate& seen) {
  v1::Contact contact;
  std::int64_t named_ms = 0;
  {
    WK_TRY(const auto select, database.cached("SELECT record,named_ms FROM contacts WHERE id=?1"));
    select->bind(1, seen.contact);
    WK_TRY(const bool found, select->step());
    if (found) {
      WK_TRY(contact, message_column<v1::Contact>(*select, 0));
      named_ms = select->int64(1);
    } else {
      contact.set_id(seen.contact.value());
      contact.set_site_id(seen.site.value());
      contact.set_created_ms(seen.time_ms);
    }
  }
  const std::string before = contact.SerializeAsString();
  const bool newest = seen.time_ms >= named_ms;
  const bool may_replace = newest && !contact.verified();
  say(*contact.mutable_name(), seen.name, may_replace);
  say(*contact.mutable_email(), seen.email, may_replace);
  say(*contact.mutable_phone(), seen.phone, may_replace);
  learn_attributes(contact, seen.attributes, newest);
  if (seen.context && (seen.time_ms >= contact.last_seen_ms() || !contact.has_context())) {
    *contact.mutable_context() = *seen.context;
  }
  contact.set_created_ms(std::min(contact.created_ms(), seen.time_ms));
  contact.set_last_seen_ms(std::max(contact.last_seen_ms(), seen.time_ms));
  // A reader that begins anew brings every event again; most of them change nothing.
  if (contact.SerializeAsString() == before) return {};
  const bool said_something = !seen.name.empty() || !seen.email.empty() || !seen.phone.empty() || !seen.attributes.empty();
  return put(database, contact, said_something ? std::max(named_ms, seen.time_ms) : named_ms);
}

}  // namespace

Result<void> SqliteDirectory::put_contact(const v1::Contact& contact) {
  WK_TRY(const auto database, writer_.borrow());
  return put(*database, contact, clock_.now_ms());
}

Result<void> SqliteDirectory::apply(std::span<const ContactUpdate> updates) {
  WK_TRY(const auto database, writer_.borrow());
  WK_TRY(auto transaction, sqlite::Transaction::begin(*database));
  for (const ContactUpdate& update : updates) WK_TRY_VOID(learn(*database, update));
  return transaction.commit();
}

Result<v1::Contact> SqliteDirectory::contact(ContactId id) {
  WK_TRY(const auto database, readers_.borrow());
  WK_TRY(const auto select, database->cached("SELECT record FROM contacts WHERE id=?1"));
  select->bind(1, id);
  return only_contact(*select);
}

Result<v1::Contact> SqliteDirectory::contact_by_external_id(SiteId site, const std::string& external_id) {
  WK_TRY(const auto database, readers_.borrow());
  WK_TRY(const auto select, database->cached("SELECT record FROM contacts WHERE site_id=?1 AND external_id=?2"));
  select->bind_all(site, external_id);
  return only_contact(*select);
}

Result<v1::ContactList> SqliteDirectory::contacts(const std::string& text, const Page& page) {
  const std::string match = sqlite::substring_match(utf8_prefix(text, directory_limits::kContactTextBytesMax));
  return match.empty() ? newest_contacts(page) : contacts_matching(match, page);
}

Result<v1::ContactList> SqliteDirectory::newest_contacts(const Page& page) {
  WK_TRY(const ContactsCursor cursor, contacts_cursor(page.cursor));
  const std::size_t rows = page_rows(page);
  WK_TRY(const auto database, readers_.borrow());
  WK_TRY(const auto select, database->cached("SELECT record FROM contacts WHERE (last_seen_ms,id)<(?1,?2) "
                                             "ORDER BY last_seen_ms DESC, id DESC LIMIT ?3"));
  select->bind_all(cursor.last_seen_ms, cursor.id, static_cast<std::int64_t>(rows + 1));
  return contact_page(*select, rows, [](const v1::Contact& last) {
    return std::to_string(last.last_seen_ms()) + "-" + std::to_string(last.id());
  });
}

Result<v1::ContactList> SqliteDirectory::contacts_matching(const std::string& match, const Page& page) {
  WK_TRY(const std::uint64_t cursor, cursor_id(page.cursor));
  const auto below = cursor == 0 ? std::numeric_limits<std::int64_t>::max() : static_cast<std::int64_t>(cursor);
  const std::size_t rows = page_rows(page);
  WK_TRY(const auto database, readers_.borrow());
  // In the index's own order (ids rise with time): a page costs what it shows, however many are found.
  WK_TRY(const auto select, database->cached("SELECT c.record FROM contacts_text t JOIN contacts c ON c.id=t.rowid "
                                             "WHERE contacts_text MATCH ?1 AND t.rowid<?2 ORDER BY t.rowid DESC LIMIT ?3"));
  select->bind_all(match, below, static_cast<std::int64_t>(rows + 1));
  return contact_page(*select, rows, [](const v1::Contact& last) { return std::to_string(last.id()); });
}

// -- attachments

Result<void> SqliteDirectory::create_attachment(const AttachmentRecord& record) {
  v1::Attachment stored = record.attachment;
  stored.set_id(record.id.value());
  const std::string message = stored.SerializeAsString();
  WK_TRY(const auto database, writer_.borrow());
  WK_TRY(const auto insert,
         database->cached("INSERT INTO attachments(id,conversation_id,site_id,uploader_kind,uploader_id,created_ms,"
                          "sha256_hex,size_bytes,record) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9)"));
  return insert
      ->bind_all(record.id, record.conversation, record.site, static_cast<std::int64_t>(record.uploader_kind),
                 record.uploader_id, record.created_ms, record.sha256_hex, stored.size_bytes(), sqlite::Blob{message})
      .run();
}

Result<AttachmentRecord> SqliteDirectory::attachment(AttachmentId id) {
  WK_TRY(const auto database, readers_.borrow());
  WK_TRY(const auto select, database->cached("SELECT conversation_id,site_id,uploader_kind,uploader_id,created_ms,"
                                             "sha256_hex,record FROM attachments WHERE id=?1"));
  select->bind(1, id);
  WK_TRY(const bool found, select->step());
  if (!found) return fail(ErrorCode::kNotFound, "no such attachment");
  AttachmentRecord record{.id = id,
                          .attachment = {},
                          .conversation = select->id<ConversationId>(0),
                          .site = select->id<SiteId>(1),
                          .uploader_id = select->uint64(3),
                          .uploader_kind = static_cast<v1::ActorKind>(select->int64(2)),
                          .created_ms = select->int64(4),
                          .sha256_hex = select->text(5)};
  WK_TRY(record.attachment, message_column<v1::Attachment>(*select, 6));
  return record;
}

Result<std::uint64_t> SqliteDirectory::attachment_bytes(SiteId site) {
  WK_TRY(const auto database, readers_.borrow());
  WK_TRY(const auto select, database->cached("SELECT sum(size_bytes) FROM attachments WHERE site_id=?1"));
  select->bind(1, site);
  WK_TRY(const bool found, select->step());
  return found ? select->uint64(0) : std::uint64_t{0};
}

}  // namespace wk
