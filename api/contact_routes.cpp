// Contacts: the people behind conversations.
#include "api/routes.hpp"
#include "core/model/limits.hpp"

namespace wk::api {
namespace {

Result<Reply> list(Call& call) {
  WK_TRY_VOID(call.may(Action::kListContacts));
  WK_TRY(const Page page, call.page());
  WK_TRY(v1::ContactList contacts, call.services.directory.contacts(std::string(call.request.query.get("text")), page));
  return reply(contacts);
}

// A contact comes out of its conversation's log a moment after that is acked.
Result<v1::Contact> contact(Call& call, ContactId id) {
  auto found = call.services.directory.contact(id);
  if (found || found.error().code != ErrorCode::kNotFound) return found;
  call.services.store.settle();
  return call.services.directory.contact(id);
}

Result<Reply> get(Call& call) {
  WK_TRY_VOID(call.may(Action::kListContacts));
  WK_TRY(const ContactId id, call.id<ContactId>());
  WK_TRY(v1::Contact found, contact(call, id));
  return reply(found);
}

Result<Reply> update(Call& call) {
  WK_TRY_VOID(call.may(Action::kListContacts));
  WK_TRY(const ContactId id, call.id<ContactId>());
  WK_TRY(v1::Contact wanted, call.body<v1::Contact>());
  WK_TRY(v1::Contact changed, contact(call, id));
  for (const std::string* text : {&wanted.name(), &wanted.email(), &wanted.phone()}) {
    if (text->size() > limits::kNameBytesMax) return fail(ErrorCode::kTooLarge, "a field is too long");
  }
  if (!wanted.name().empty()) changed.set_name(wanted.name());
  if (!wanted.email().empty()) changed.set_email(wanted.email());
  if (!wanted.phone().empty()) changed.set_phone(wanted.phone());
  WK_TRY_VOID(call.services.directory.put_contact(changed));
  return reply(changed);
}

}  // namespace

std::vector<Route> contact_routes() {
  static const v1::ContactList kList;
  static const v1::Contact kContact;
  return {
      {"GET", "/contacts", Access::kAgent, list, "Contacts by name, e-mail or phone", nullptr, &kList, {"text", "cursor", "limit"}},
      {"GET", "/contacts/{id}", Access::kAgent, get, "One contact", nullptr, &kContact},
      {"PATCH", "/contacts/{id}", Access::kAgent, update, "Change a contact's name, e-mail or phone", &kContact, &kContact},
  };
}

}  // namespace wk::api
