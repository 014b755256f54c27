// Sentence vectors that were computed before, also before the last restart: building an index anew and a question that is asked again then cost
// a read instead of a pass through the model.
//
// A file of equal slots (docs/ai.md), each with its checksum: whatever a crash leaves half written counts as empty. It belongs to one model; the
// file of another is begun anew.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <unordered_map>
#include <vector>

#include "ai_agent/sentence/limits.hpp"
#include "ai_agent/text/sentence_encoder.hpp"
#include "base/guarded.hpp"
#include "base/result.hpp"

namespace wk::ai {

// Thread-safe; no lock is held while the model or the disk works. Vectors are given in int8's precision, whether they were there or not, so that
// what is built from them does not depend on it.
class CachedEncoder final : public SentenceEncoder {
 public:
  // When full, a new vector takes the place of one that was not asked for since its turn came last.
  static Result<std::unique_ptr<CachedEncoder>> open(const std::filesystem::path& file, std::shared_ptr<const SentenceEncoder> encoder,
                                                     std::uint32_t slots = sentence_limits::kCacheSlots);
  ~CachedEncoder() override;
  CachedEncoder(const CachedEncoder&) = delete;
  CachedEncoder& operator=(const CachedEncoder&) = delete;

  std::string_view name() const override { return encoder_->name(); }
  std::size_t dimensions() const override { return encoder_->dimensions(); }
  bool encode(std::string_view text, std::span<float> out) const override;

  struct Figures {
    std::uint64_t hits = 0;
    std::uint64_t misses = 0;
    std::uint64_t vectors = 0;  // there now
  };
  Figures figures() const;

 private:
  // Of a text, blanks joined: 128 bits, so that no two meet.
  struct Key {
    std::uint64_t first = 0;
    std::uint64_t second = 0;
    bool operator==(const Key&) const = default;
  };
  struct KeyHash {
    std::size_t operator()(const Key& key) const { return static_cast<std::size_t>(key.first); }
  };
  struct Slots {
    std::unordered_map<Key, std::uint32_t, KeyHash> places;
    std::vector<Key> keys;        // of each slot; 0, 0: empty
    std::vector<bool> asked_for;  // since the hand passed
    std::uint32_t hand = 0;
    std::uint64_t turn = 0;  // rises with each write: after a start the hand goes on behind the newest
  };

  CachedEncoder(int descriptor, std::shared_ptr<const SentenceEncoder> encoder, std::uint32_t slots);
  static Key key_of(std::string_view text);
  std::size_t record_bytes() const;
  Result<void> read_all();
  bool read(std::uint32_t slot, const Key& key, std::span<float> out) const;
  void write(const Key& key, std::span<const std::int8_t> values, float scale) const;

  const int descriptor_;
  const std::shared_ptr<const SentenceEncoder> encoder_;
  const std::uint32_t slots_max_;
  mutable Guarded<Slots> slots_;
  mutable std::atomic<std::uint64_t> hits_{0};
  mutable std::atomic<std::uint64_t> misses_{0};
};

}  // namespace wk::ai
