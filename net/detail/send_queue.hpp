// Bytes on their way out: copies of small pieces joined, large ones held as they are.
#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <memory>
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
// Empty queues that a loop keeps with their room: the few large ones of a turn, or the many small ones after a commit.
inline constexpr std::size_t kSpareBytesMax = 256 * 1024;

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
  // Gives back room that what is queued does not need: the peer does not read, so it stays a while.
  void fit();
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
  void done_with(Piece& piece);

  // Room of a piece that was sent, for the next one.
  std::string spare_;
  std::vector<Piece> pieces_;
  std::size_t first_ = 0;
  std::size_t first_offset_ = 0;
  std::size_t bytes_ = 0;
};

// Purpose: a message in and out costs no allocation. Owner: a loop. Thread: its loop. Limits: kSpareBytesMax; what is given back beyond is freed.
class SendQueues {
 public:
  std::unique_ptr<SendQueue> take();
  void give_back(std::unique_ptr<SendQueue> empty);

 private:
  // The last one used is the first to be used again: it is in the cache.
  std::vector<std::unique_ptr<SendQueue>> spare_;
  std::size_t spare_bytes_ = 0;
};

}  // namespace wk::detail
