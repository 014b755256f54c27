// A sentence as a point in space, near to those that mean the same: what intent and retrieval may
// use where a model is there.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace wk::ai {

// Immutable: any thread, any number of calls at once.
class SentenceEncoder {
 public:
  virtual ~SentenceEncoder() = default;

  // Names the model and its version: vectors of two names are not comparable. Keys caches.
  virtual std::string_view name() const = 0;
  virtual std::size_t dimensions() const = 0;
  // Writes a unit vector. False: not for this text (another language, nothing in it); `out` is then
  // undefined. Requires: out.size() == dimensions().
  virtual bool encode(std::string_view text, std::span<float> out) const = 0;
};

}  // namespace wk::ai
