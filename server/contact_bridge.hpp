// Carries what the log says of contacts from the warm reader to the directory.
#pragma once

#include "core/ports/contact_sink.hpp"
#include "core/ports/directory.hpp"

namespace wk {

// Thread-safe as the directory is.
class ContactBridge final : public ContactSink {
 public:
  explicit ContactBridge(Directory& directory) : directory_(directory) {}

  Result<void> apply(std::span<const ContactUpdate> updates) override {
    for (const ContactUpdate& update : updates) {
      WK_TRY_VOID(directory_.upsert_from_event({.site = update.site,
                                                .contact = update.contact,
                                                .name = update.name,
                                                .email = update.email,
                                                .phone = update.phone,
                                                .context = update.context,
                                                .time_ms = update.time_ms,
                                                .attributes = update.attributes}));
    }
    return {};
  }

 private:
  Directory& directory_;
};

}  // namespace wk
