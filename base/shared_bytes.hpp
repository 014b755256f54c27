// Bytes that are encoded once and read by many: an event on its way to disk, sockets and indexes. Immutable.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace wk {

class SharedBytes {
 public:
  SharedBytes() = default;
  explicit SharedBytes(std::string bytes)
      : bytes_(std::make_shared<const std::string>(std::move(bytes))) {}

  std::string_view view() const { return bytes_ ? std::string_view(*bytes_) : std::string_view(); }
  std::size_t size() const { return bytes_ ? bytes_->size() : 0; }
  explicit operator bool() const { return bytes_ != nullptr; }

 private:
  std::shared_ptr<const std::string> bytes_;
};

}  // namespace wk
