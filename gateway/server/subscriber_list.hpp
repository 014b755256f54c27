// Who of a loop is subscribed to one conversation: nearly always one visitor, now and then an agent or two, seldom thousands.
#pragma once

#include <algorithm>
#include <memory>
#include <span>
#include <vector>

namespace wk {

class Connection;

// Loop-bound. One subscriber costs nothing beside the two pointers.
class SubscriberList {
 public:
  void add(Connection& connection) {
    if (many_) {
      if (std::find(many_->begin(), many_->end(), &connection) == many_->end()) many_->push_back(&connection);
    } else if (one_ == nullptr || one_ == &connection) {
      one_ = &connection;
    } else {
      many_ = std::make_unique<std::vector<Connection*>>(std::initializer_list<Connection*>{one_, &connection});
      one_ = nullptr;
    }
  }
  void remove(Connection& connection) {
    if (many_) {
      std::erase(*many_, &connection);
      if (many_->empty()) many_.reset();
    } else if (one_ == &connection) {
      one_ = nullptr;
    }
  }
  bool empty() const { return one_ == nullptr && !many_; }
  // Until the next add or remove.
  std::span<Connection* const> view() const {
    if (many_) return *many_;
    return {&one_, one_ == nullptr ? std::size_t{0} : std::size_t{1}};
  }

 private:
  Connection* one_ = nullptr;
  std::unique_ptr<std::vector<Connection*>> many_;
};

}  // namespace wk
