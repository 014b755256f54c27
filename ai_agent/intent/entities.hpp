// What a message names: order numbers, phones, addresses of e-mail, dates, amounts of money, and
// what a site lists itself.
//
// Rules over the text as written, without a model: each is a shape whose wrong hits are cheap. A
// date is not resolved to a day: that needs to know today and the reader.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace wk::ai {

enum class EntityKind : std::uint8_t { kOrderNumber, kPhone, kEmail, kDate, kMoney, kListed };
std::string_view entity_kind_name(EntityKind kind);

struct Entity {
  EntityKind kind;
  std::size_t begin = 0;  // bytes of the text
  std::size_t end = 0;
  // In one form: "13800138000", "+4915112345678", "2024-05-01", "05-01", "tomorrow", "CNY 99.50";
  // of a listed one its name.
  std::string value;
  std::string list;  // of a listed one: which list

  friend bool operator==(const Entity&, const Entity&) = default;
};

// A site's own names: products, branches, plans. Immutable once made.
class Gazetteer {
 public:
  struct Entry {
    std::string list;                  // "product"
    std::string name;                  // what is answered
    std::vector<std::string> phrases;  // how people write it; the name itself need not be repeated
  };

  Gazetteer() = default;
  // kTooLarge: over entities_limits. Of equal phrases of a list the first entry has it, of those of several lists the first list, where none is asked
  // for.
  static Result<Gazetteer> make(std::vector<Entry> entries);

 private:
  friend class EntityFinder;
  struct Phrase {
    std::string text;  // as traced() has it
    std::uint32_t entry;
  };
  std::vector<Entry> entries_;
  std::vector<Phrase> phrases_;  // sorted by text
};

namespace entities_limits {
// Of a text; what is beyond is not looked at.
inline constexpr std::size_t kTextBytesMax = 4 * 1024;
// Found in a text; further ones are left out.
inline constexpr std::size_t kFoundMax = 64;
// Of a gazetteer; make() refuses more.
inline constexpr std::size_t kPhrasesMax = 100'000;
inline constexpr std::size_t kPhraseBytesMax = 200;
}  // namespace entities_limits

// In order; none overlaps another. Where two shapes match, the more certain: e-mail, listed, money,
// date, phone, order number. `list`: of the listed ones only those of this list; empty: of all.
std::vector<Entity> find_entities(std::string_view text, const Gazetteer& gazetteer,
                                  std::string_view list = {});

}  // namespace wk::ai
