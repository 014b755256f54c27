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
      // A comment is meant for the next agent; without one the visitor may know who is there.
      return event.holder_changed().comment().empty();
    case Event::kNote:
    case Event::kLabelsChanged:
    case Event::kPriorityChanged:
    case Event::kPageViewed:
    case Event::kContactChanged:
    case Event::BODY_NOT_SET:
      return false;
  }
  return false;
}

}  // namespace wk
