#include "ai_agent/sentence/embedding_cache.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <cstring>

#include "ai_agent/math/kernels.hpp"
#include "base/assert.hpp"
#include "base/crc32c.hpp"

namespace wk::ai {
namespace {

// Little-endian, like every file of ours (docs/ai.md).
struct Header {
  char magic[4] = {'W', 'K', 'E', 'C'};
  std::uint32_t version = 1;
  std::uint32_t dimensions = 0;
  std::uint32_t slots = 0;
  std::uint32_t encoder_crc = 0;  // of its name
  std::uint32_t crc = 0;          // of what comes before
};
static_assert(sizeof(Header) == 24);

struct Record {
  std::uint32_t crc = 0;  // of what follows, the vector too
  float scale = 0;
  std::uint64_t first = 0;
  std::uint64_t second = 0;
  std::uint64_t turn = 0;
};
static_assert(sizeof(Record) == 32);

Header header_for(const SentenceEncoder& encoder, std::uint32_t slots) {
  Header header;
  header.dimensions = static_cast<std::uint32_t>(encoder.dimensions());
  header.slots = slots;
  header.encoder_crc = crc32c(encoder.name());
  header.crc = crc32c({reinterpret_cast<const char*>(&header), offsetof(Header, crc)});
  return header;
}

std::uint32_t crc_of(const char* record, std::size_t bytes) { return crc32c({record + sizeof(std::uint32_t), bytes - sizeof(std::uint32_t)}); }

bool pread_all(int descriptor, char* to, std::size_t count, std::uint64_t offset) {
  while (count != 0) {
    const ssize_t got = ::pread(descriptor, to, count, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    to += got;
    count -= static_cast<std::size_t>(got);
    offset += static_cast<std::uint64_t>(got);
  }
  return true;
}

bool pwrite_all(int descriptor, const char* from, std::size_t count, std::uint64_t offset) {
  while (count != 0) {
    const ssize_t written = ::pwrite(descriptor, from, count, static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    from += written;
    count -= static_cast<std::size_t>(written);
    offset += static_cast<std::uint64_t>(written);
  }
  return true;
}

Error os_error(const std::filesystem::path& file) { return {ErrorCode::kIo, "sentence vectors " + file.string() + ": " + std::strerror(errno), nullptr, 0}; }

std::uint64_t mixed(std::uint64_t value) {  // MurmurHash3's finisher
  value = (value ^ value >> 33) * 0xFF51AFD7ED558CCDULL;
  value = (value ^ value >> 33) * 0xC4CEB9FE1A85EC53ULL;
  return value ^ value >> 33;
}

}  // namespace

Result<std::unique_ptr<CachedEncoder>> CachedEncoder::open(const std::filesystem::path& file, std::shared_ptr<const SentenceEncoder> encoder,
                                                           std::uint32_t slots) {
  WK_ASSERT(slots > 0);
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return tl::unexpected(os_error(file));
  std::unique_ptr<CachedEncoder> cache(new CachedEncoder(descriptor, std::move(encoder), slots));
  const Header wanted = header_for(*cache->encoder_, slots);
  Header header;
  const bool same = pread_all(descriptor, reinterpret_cast<char*>(&header), sizeof header, 0) && std::memcmp(&header, &wanted, sizeof header) == 0;
  if (same) {
    WK_TRY_VOID(cache->read_all());
  } else if (::ftruncate(descriptor, 0) != 0 || !pwrite_all(descriptor, reinterpret_cast<const char*>(&wanted), sizeof wanted, 0)) {
    return tl::unexpected(os_error(file));
  }
  return cache;
}

CachedEncoder::CachedEncoder(int descriptor, std::shared_ptr<const SentenceEncoder> encoder, std::uint32_t slots)
    : descriptor_(descriptor), encoder_(std::move(encoder)), slots_max_(slots) {
  slots_.with([&](Slots& all) {
    all.keys.resize(slots);
    all.asked_for.resize(slots);
  });
}

CachedEncoder::~CachedEncoder() { ::close(descriptor_); }

std::size_t CachedEncoder::record_bytes() const { return sizeof(Record) + dimensions(); }

CachedEncoder::Key CachedEncoder::key_of(std::string_view text) {
  Key key{0xCBF29CE484222325ULL, 0x9AE16A3B2F90404FULL};
  const auto add = [&key](unsigned char byte) {
    key.first = (key.first ^ byte) * 0x100000001B3ULL;
    key.second = mixed(key.second + byte + 1);
  };
  bool blank = false;
  bool begun = false;
  for (const char c : text.substr(0, sentence_limits::kTextBytesMax)) {
    if (static_cast<unsigned char>(c) <= 0x20) {
      blank = true;
      continue;
    }
    if (blank && begun) add(' ');
    blank = false;
    begun = true;
    add(static_cast<unsigned char>(c));
  }
  key.first = mixed(key.first) | 1;  // none is that of an empty slot
  return key;
}

Result<void> CachedEncoder::read_all() {
  const std::size_t bytes = record_bytes();
  constexpr std::uint32_t kAtATime = 1'024;
  std::vector<char> buffer(bytes * kAtATime);
  slots_.with([&](Slots& all) {
    for (std::uint32_t slot = 0; slot < slots_max_; slot += kAtATime) {
      const ssize_t got = ::pread(descriptor_, buffer.data(), buffer.size(), static_cast<off_t>(sizeof(Header) + std::uint64_t{slot} * bytes));
      if (got <= 0) break;
      const auto records = static_cast<std::uint32_t>(static_cast<std::size_t>(got) / bytes);
      for (std::uint32_t i = 0; i < std::min(records, slots_max_ - slot); ++i) {
        const char* const at = buffer.data() + i * bytes;
        Record record;
        std::memcpy(&record, at, sizeof record);
        const Key key{record.first, record.second};
        if (key == Key{} || record.crc != crc_of(at, bytes) || !all.places.emplace(key, slot + i).second) continue;
        all.keys[slot + i] = key;
        if (record.turn < all.turn) continue;
        all.turn = record.turn;
        all.hand = (slot + i + 1) % slots_max_;
      }
      if (records < kAtATime) break;
    }
  });
  return {};
}

bool CachedEncoder::encode(std::string_view text, std::span<float> out) const {
  WK_ASSERT(out.size() == dimensions());
  const Key key = key_of(text);
  const std::uint32_t slot = slots_.with([&](Slots& all) {
    const auto place = all.places.find(key);
    if (place == all.places.end()) return slots_max_;
    all.asked_for[place->second] = true;
    return place->second;
  });
  if (slot != slots_max_ && read(slot, key, out)) {
    hits_.fetch_add(1, std::memory_order_relaxed);
    return true;
  }
  if (!encoder_->encode(text, out)) return false;
  misses_.fetch_add(1, std::memory_order_relaxed);
  std::vector<std::int8_t> values(out.size());
  const float scale = quantise_i8(out.data(), values.data(), out.size());
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = scale * static_cast<float>(values[i]);
  write(key, values, scale);
  return true;
}

// False where another vector took the slot meanwhile, or the disk does not give it.
bool CachedEncoder::read(std::uint32_t slot, const Key& key, std::span<float> out) const {
  thread_local std::vector<char> buffer;
  buffer.resize(record_bytes());
  if (!pread_all(descriptor_, buffer.data(), buffer.size(), sizeof(Header) + std::uint64_t{slot} * buffer.size())) return false;
  Record record;
  std::memcpy(&record, buffer.data(), sizeof record);
  if (Key{record.first, record.second} != key || record.crc != crc_of(buffer.data(), buffer.size()) || !(record.scale >= 0 && record.scale <= 1)) return false;
  const auto* const values = reinterpret_cast<const std::int8_t*>(buffer.data() + sizeof record);
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = record.scale * static_cast<float>(values[i]);
  return true;
}

// A write that fails leaves a slot that read() does not believe: the vector is computed again, nothing else.
void CachedEncoder::write(const Key& key, std::span<const std::int8_t> values, float scale) const {
  std::uint64_t turn = 0;
  const std::uint32_t slot = slots_.with([&](Slots& all) {
    if (const auto place = all.places.find(key); place != all.places.end()) {
      turn = ++all.turn;
      return place->second;  // not readable, or another thread was first
    }
    // Ends within two rounds: the first takes every mark away.
    while (all.asked_for[all.hand]) {
      all.asked_for[all.hand] = false;
      all.hand = (all.hand + 1) % slots_max_;
    }
    const std::uint32_t taken = all.hand;
    if (all.keys[taken] != Key{}) all.places.erase(all.keys[taken]);
    all.keys[taken] = key;
    all.places.emplace(key, taken);
    all.hand = (taken + 1) % slots_max_;
    turn = ++all.turn;
    return taken;
  });
  std::vector<char> buffer(record_bytes());
  Record record{.crc = 0, .scale = scale, .first = key.first, .second = key.second, .turn = turn};
  std::memcpy(buffer.data(), &record, sizeof record);
  std::memcpy(buffer.data() + sizeof record, values.data(), values.size());
  record.crc = crc_of(buffer.data(), buffer.size());
  std::memcpy(buffer.data(), &record, sizeof record.crc);
  (void)pwrite_all(descriptor_, buffer.data(), buffer.size(), sizeof(Header) + std::uint64_t{slot} * buffer.size());
}

CachedEncoder::Figures CachedEncoder::figures() const {
  return {hits_.load(std::memory_order_relaxed), misses_.load(std::memory_order_relaxed),
          slots_.with([](const Slots& all) { return static_cast<std::uint64_t>(all.places.size()); })};
}

}  // namespace wk::ai
