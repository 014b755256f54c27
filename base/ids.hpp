// Ids are types of their own, 64 bits wide, opaque to everyone else. New ones rise with time (roughly), so that rows made
// together lie together.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace wk {

template <typename Tag>
class Id {
 public:
  constexpr Id() = default;
  constexpr explicit Id(std::uint64_t value) : value_(value) {}
  constexpr std::uint64_t value() const { return value_; }
  // 0 stands for "none" on the wire and in rows.
  constexpr explicit operator bool() const { return value_ != 0; }
  constexpr auto operator<=>(const Id&) const = default;
  std::string str() const { return std::to_string(value_); }

 private:
  std::uint64_t value_ = 0;
};

using ConversationId = Id<struct ConversationTag>;
using AgentId = Id<struct AgentTag>;
using ContactId = Id<struct ContactTag>;
using SiteId = Id<struct SiteTag>;
using AttachmentId = Id<struct AttachmentTag>;
using ApiTokenId = Id<struct ApiTokenTag>;
using AgentSessionId = Id<struct AgentSessionTag>;
using TeamId = Id<struct TeamTag>;

// Position of an event within its conversation: 1, 2, 3 …; 0 is "before the first".
using Seq = std::uint32_t;

// Decimal, no sign, no leading zeros; nullopt for anything else.
std::optional<std::uint64_t> parse_id(std::string_view text);

// A new id: 41 bits of milliseconds since 2024, 10 bits of node, 12 bits of counter (the layout of Twitter's Snowflake).
// Thread-safe; never gives the same number twice in a process, also when the clock goes back.
class IdGenerator {
 public:
  explicit IdGenerator(std::uint16_t node = 0);
  std::uint64_t next();
  template <typename T>
  T make() {
    return T(next());
  }

 private:
  std::uint16_t node_;
};

}  // namespace wk

template <typename Tag>
struct std::hash<wk::Id<Tag>> {
  std::size_t operator()(const wk::Id<Tag>& id) const noexcept {
    // Fibonacci hashing: ids rise with time, so their low bits alone would cluster.
    return static_cast<std::size_t>((id.value() * 0x9E3779B97F4A7C15ULL) >> 16);
  }
};
