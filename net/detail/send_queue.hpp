// Bytes on their way out: copies of small pieces joined, large ones held as they are.
#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/shared_bytes.hpp"

namespace wk::detail {

// A piece up to this size is copied behind the one before it; larger ones are kept by reference.
inline constexpr std::size_t kSendCopyBytesMax = 1024;
// Copies are joined up to this size.
inline constexpr std::size_t kSendJoinedBytesMax = 16 * 1024;

// Owned by one Stream while it has something to send. Bounded by the stream's SendLimits.
class SendQueue {
 public:
  void copy(std::string_view bytes);
  void take(std::string&& bytes);
  void share(const SharedBytes& bytes);
  void borrow(std::string_view bytes);

  bool empty() const { return bytes_ == 0; }
  std::size_t bytes() const { return bytes_; }
  // Fills `out` with the pieces in front; answers how many.
  std::size_t gather(std::span<iovec> out) const;
  // The front piece, when it alone has `enough` bytes or nothing is behind it; else as much as fits
  // joined into `scratch`.
  std::string_view contiguous(std::span<char> scratch) const;
  void consume(std::size_t bytes);
  std::size_t memory_bytes() const;

 private:
  // One of three holds the bytes.
  struct Piece {
    std::string owned;
    SharedBytes shared;
    std::string_view fixed;
    std::string_view view() const {
      if (shared) return shared.view();
      return fixed.data() != nullptr ? fixed : std::string_view(owned);
    }
  };
  void push(Piece piece, std::size_t bytes);

  std::vector<Piece> pieces_;
  std::size_t first_ = 0;
  std::size_t first_offset_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace wk::detail
