#include "core/model/visibility.hpp"

namespace wk {

bool visitor_may_see(const ::weikeyi::v1::Event& event) {
  using Event = ::weikeyi::v1::Event;
  switch (event.body_case()) {
    case Event::kStarted:
    case Event::kMessage:
    case Event::kStateChanged:
    case Event::kSeen:
    case Event::kRated:
      return true;
    case Event::kHolderChanged:
      // Logs of earlier versions have the comment for the next agent in here; today it is a note of its own.
      return event.holder_changed().comment().empty();
    case Event::kNote:
    case Event::kLabelsChanged:
    case Event::kPriorityChanged:
    case Event::kPageViewed:
    case Event::kContactChanged:
    case Event::kBotDecided:
    case Event::BODY_NOT_SET:
      return false;
  }
  return false;
}

}  // namespace wk
