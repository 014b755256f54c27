// Bytes that are encoded once and read by many: an event on its way to disk, sockets and indexes. Immutable.
//
// One allocation: a count, a size, the bytes. The handle is one pointer.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <string_view>
#include <utility>

namespace wk {

class SharedBytes {
 public:
  SharedBytes() = default;
  // Copies.
  explicit SharedBytes(std::string_view bytes)
      : SharedBytes(make(bytes.size(), [&](char* to) {
          if (!bytes.empty()) std::memcpy(to, bytes.data(), bytes.size());
        })) {}
  // `write(char* to)` fills exactly `size` bytes, where they will stay.
  template <typename Write>
  static SharedBytes make(std::size_t size, Write&& write) {
    void* memory = ::operator new(sizeof(Block) + size);
    SharedBytes made;
    made.block_ = ::new (memory) Block(size);
    write(made.block_->bytes());
    return made;
  }
  SharedBytes(const SharedBytes& other) noexcept : block_(other.block_) {
    if (block_ != nullptr) block_->count.fetch_add(1, std::memory_order_relaxed);
  }
  SharedBytes(SharedBytes&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  SharedBytes& operator=(SharedBytes other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~SharedBytes() {
    if (block_ == nullptr || block_->count.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    block_->~Block();
    ::operator delete(block_);
  }

  std::string_view view() const {
    return block_ != nullptr ? std::string_view(block_->bytes(), block_->size) : std::string_view();
  }
  std::size_t size() const { return block_ != nullptr ? block_->size : 0; }
  explicit operator bool() const { return block_ != nullptr; }

 private:
  struct Block {
    explicit Block(std::size_t bytes) : size(bytes) {}
    char* bytes() { return reinterpret_cast<char*>(this + 1); }

    std::atomic<std::uint32_t> count{1};
    const std::size_t size;
  };

  Block* block_ = nullptr;
};

}  // namespace wk
