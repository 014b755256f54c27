#include "net/detail/send_queue.hpp"

#include <algorithm>
#include <cstring>

namespace wk::detail {

void SendQueue::push(Piece piece, std::size_t bytes) {
  pieces_.push_back(std::move(piece));
  bytes_ += bytes;
}

void SendQueue::copy(std::string_view bytes) {
  if (bytes.empty()) return;
  if (!pieces_.empty() && first_ < pieces_.size()) {
    Piece& last = pieces_.back();
    const bool owned = !last.shared && last.fixed.data() == nullptr;
    if (owned && last.owned.size() + bytes.size() <= kSendJoinedBytesMax) {
      last.owned.append(bytes);
      bytes_ += bytes.size();
      return;
    }
  }
  Piece piece;
  piece.owned = std::move(spare_);
  spare_.clear();
  piece.owned.assign(bytes);
  push(std::move(piece), bytes.size());
}

void SendQueue::take(std::string&& bytes) {
  if (bytes.size() <= kSendCopyBytesMax) return copy(bytes);
  const std::size_t count = bytes.size();
  Piece piece;
  piece.owned = std::move(bytes);
  push(std::move(piece), count);
}

void SendQueue::share(const SharedBytes& bytes) {
  if (bytes.size() <= kSendCopyBytesMax) return copy(bytes.view());
  Piece piece;
  piece.shared = bytes;
  push(std::move(piece), bytes.size());
}

void SendQueue::borrow(std::string_view bytes) {
  if (bytes.size() <= kSendCopyBytesMax) return copy(bytes);
  Piece piece;
  piece.fixed = bytes;
  push(std::move(piece), bytes.size());
}

std::size_t SendQueue::gather(std::span<iovec> out) const {
  std::size_t count = 0;
  std::size_t offset = first_offset_;
  for (std::size_t i = first_; i < pieces_.size() && count < out.size(); ++i) {
    const std::string_view rest = pieces_[i].view().substr(offset);
    offset = 0;
    // The kernel does not write through it.
    out[count++] = {const_cast<char*>(rest.data()), rest.size()};
  }
  return count;
}

std::string_view SendQueue::contiguous(std::span<char> scratch) const {
  if (first_ >= pieces_.size()) return {};
  const std::string_view front = pieces_[first_].view().substr(first_offset_);
  if (front.size() >= scratch.size() || first_ + 1 == pieces_.size()) return front;
  std::size_t filled = 0;
  std::size_t offset = first_offset_;
  for (std::size_t i = first_; i < pieces_.size() && filled < scratch.size(); ++i) {
    const std::string_view rest = pieces_[i].view().substr(offset);
    offset = 0;
    const std::size_t some = std::min(rest.size(), scratch.size() - filled);
    std::memcpy(scratch.data() + filled, rest.data(), some);
    filled += some;
  }
  return {scratch.data(), filled};
}

void SendQueue::consume(std::size_t bytes) {
  bytes_ -= bytes;
  while (bytes > 0) {
    const std::size_t rest = pieces_[first_].view().size() - first_offset_;
    if (bytes < rest) {
      first_offset_ += bytes;
      return;
    }
    bytes -= rest;
    done_with(pieces_[first_]);
    ++first_;
    first_offset_ = 0;
  }
  if (first_ == pieces_.size()) {
    pieces_.clear();
    first_ = 0;
  } else if (first_ >= 32 && first_ * 2 >= pieces_.size()) {
    pieces_.erase(pieces_.begin(), pieces_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
  }
}

void SendQueue::done_with(Piece& piece) {
  if (piece.owned.capacity() > spare_.capacity() && piece.owned.capacity() <= kSendJoinedBytesMax) {
    piece.owned.clear();
    spare_ = std::move(piece.owned);
  }
  piece = Piece{};
}

void SendQueue::fit() {
  spare_ = std::string();
  if (pieces_.empty()) return;
  std::string& last = pieces_.back().owned;
  if (last.capacity() > 2 * last.size()) last.shrink_to_fit();
}

std::size_t SendQueue::memory_bytes() const {
  std::size_t total = sizeof *this + pieces_.capacity() * sizeof(Piece) + spare_.capacity();
  for (const Piece& piece : pieces_) total += piece.owned.capacity();
  return total;
}

std::unique_ptr<SendQueue> SendQueues::take() {
  if (spare_.empty()) return std::make_unique<SendQueue>();
  std::unique_ptr<SendQueue> queue = std::move(spare_.back());
  spare_.pop_back();
  spare_bytes_ -= queue->memory_bytes();
  return queue;
}

void SendQueues::give_back(std::unique_ptr<SendQueue> empty) {
  const std::size_t bytes = empty->memory_bytes();
  if (spare_bytes_ + bytes > kSpareBytesMax) return;
  spare_bytes_ += bytes;
  spare_.push_back(std::move(empty));
}

}  // namespace wk::detail
