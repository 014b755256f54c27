// Who of a loop is subscribed to one conversation: nearly always one visitor, now and then an agent or two, seldom thousands.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace wk {

// In the order they came. Loop-bound. One subscriber costs nothing beside the two pointers.
template <typename Peer>
class SubscriberList {
 public:
  void add(Peer& peer) {
    if (many_) {
      if (std::find(many_->begin(), many_->end(), &peer) == many_->end()) many_->push_back(&peer);
    } else if (one_ == nullptr || one_ == &peer) {
      one_ = &peer;
    } else {
      many_ = std::make_unique<std::vector<Peer*>>(std::initializer_list<Peer*>{one_, &peer});
      one_ = nullptr;
    }
  }
  // Where it stood; nullopt: nowhere. Those behind it move up.
  std::optional<std::size_t> remove(Peer& peer) {
    const std::span<Peer* const> all = view();
    const auto found = std::find(all.begin(), all.end(), &peer);
    if (found == all.end()) return std::nullopt;
    const auto at = found - all.begin();
    if (!many_) {
      one_ = nullptr;
    } else {
      many_->erase(many_->begin() + at);
      if (many_->empty()) many_.reset();
    }
    return static_cast<std::size_t>(at);
  }
  bool empty() const { return one_ == nullptr && !many_; }
  // Until the next add or remove.
  std::span<Peer* const> view() const {
    if (many_) return *many_;
    return {&one_, one_ == nullptr ? std::size_t{0} : std::size_t{1}};
  }

 private:
  Peer* one_ = nullptr;
  std::unique_ptr<std::vector<Peer*>> many_;
};

}  // namespace wk
