// What the log says about contacts, on its way into the directory: the warm reader passes it on, the directory keeps it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "weikeyi/v1/event.pb.h"

namespace wk {

// Made from one ConversationStarted or ContactChanged.
struct ContactUpdate {
  SiteId site{};
  ContactId contact{};
  // Empty: says nothing about it.
  std::string name{};
  std::string email{};
  std::string phone{};
  std::optional<::weikeyi::v1::VisitorContext> context{};
  // Of the event; last_seen_ms never goes back, and where the contact is unknown it is created_ms.
  std::int64_t time_ms = 0;
  // An empty value takes the attribute away.
  std::map<std::string, std::string> attributes{};
};

class ContactSink {
 public:
  virtual ~ContactSink() = default;
  // Inserts or updates each contact, in one transaction for all. Called on the warm reader's thread, outside of its transaction; the
  // same updates may come again after a crash or a failure, and in any order: what is older than what is known changes nothing, and what
  // a verified contact is called is never overwritten. An error makes the reader try again later.
  virtual Result<void> apply(std::span<const ContactUpdate> updates) = 0;
};

}  // namespace wk
