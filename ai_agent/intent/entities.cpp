#include "ai_agent/intent/entities.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "ai_agent/intent/entity_rules.hpp"
#include "ai_agent/text/text.hpp"

namespace wk::ai {
namespace {

// The text in lower case and half width, and where each of its bytes came from: what the rules read. Names are looked for in traced().
struct Folded {
  std::string text;
  std::string cased;                // the same with its capitals
  std::vector<std::size_t> origin;  // one more than bytes: the end
};

Folded fold(std::string_view text) {
  Folded out;
  const auto add = [&](char c, std::size_t from) {
    out.text.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c);
    out.cased.push_back(c);
    out.origin.push_back(from);
  };
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = code_point_length(text, at);
    const auto byte = [&](std::size_t i) {
      return static_cast<unsigned>(static_cast<unsigned char>(text[at + i]));
    };
    const unsigned code =
        length == 3 ? (byte(0) & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F) : 0;
    if (code >= 0xFF01 && code <= 0xFF5E) {  // full-width ASCII
      add(static_cast<char>(code - 0xFEE0), at);
    } else if (code == 0x3000) {
      add(' ', at);
    } else {
      for (std::size_t i = 0; i < length; ++i) add(text[at + i], at + i);
    }
    at += length;
  }
  out.origin.push_back(text.size());
  return out;
}

bool word_byte(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; }

using Rule = std::optional<RuleHit> (*)(std::string_view, std::size_t);

}  // namespace

std::string_view entity_kind_name(EntityKind kind) {
  constexpr std::array<std::string_view, 6> kNames{"order_number", "phone", "email",
                                                   "date",         "money", "listed"};
  return kNames[static_cast<std::size_t>(kind)];
}

Result<Gazetteer> Gazetteer::make(std::vector<Entry> entries) {
  Gazetteer out;
  for (std::uint32_t i = 0; i < entries.size(); ++i) {
    const auto add = [&](std::string_view phrase) {
      std::string text = traced(phrase).text;
      if (text.ends_with(' ')) text.pop_back();
      if (text.starts_with(' ')) text.erase(0, 1);
      if (!text.empty()) out.phrases_.push_back({std::move(text), i});
    };
    for (const std::string& phrase : entries[i].phrases) {
      if (phrase.size() > entities_limits::kPhraseBytesMax)
        return fail(ErrorCode::kTooLarge, "a phrase of the list is too long");
      add(phrase);
    }
    if (entries[i].name.size() > entities_limits::kPhraseBytesMax)
      return fail(ErrorCode::kTooLarge, "a name of the list is too long");
    add(entries[i].name);
    if (out.phrases_.size() > entities_limits::kPhrasesMax)
      return fail(ErrorCode::kTooLarge, "too many phrases in the lists");
  }
  std::stable_sort(out.phrases_.begin(), out.phrases_.end(),
                   [](const Phrase& a, const Phrase& b) { return a.text < b.text; });
  // Equal ones of one list need not stand in a row: further ones are never reached.
  const auto same = [&](const Phrase& a, const Phrase& b) {
    return a.text == b.text && entries[a.entry].list == entries[b.entry].list;
  };
  out.phrases_.erase(std::unique(out.phrases_.begin(), out.phrases_.end(), same),
                     out.phrases_.end());
  out.entries_ = std::move(entries);
  return out;
}

// One search of one text.
class EntityFinder {
 public:
  EntityFinder(std::string_view text, const Gazetteer& gazetteer, std::string_view list)
      : text_(text), folded_(fold(text)), gazetteer_(gazetteer), list_(list) {
    taken_.resize(folded_.text.size(), 0);
  }

  std::vector<Entity> run() {
    rule(EntityKind::kEmail, match_email);
    listed();
    rule(EntityKind::kMoney, match_money);
    rule(EntityKind::kDate, match_date);
    rule(EntityKind::kPhone, match_phone);
    rule(EntityKind::kOrderNumber, match_order_number);
    std::sort(found_.begin(), found_.end(),
              [](const Entity& a, const Entity& b) { return a.begin < b.begin; });
    return std::move(found_);
  }

 private:
  void add(EntityKind kind, std::size_t begin, std::size_t end, std::string value,
           std::string list = {}) {
    if (found_.size() >= entities_limits::kFoundMax) return;
    std::fill(taken_.begin() + static_cast<std::ptrdiff_t>(begin),
              taken_.begin() + static_cast<std::ptrdiff_t>(end), 1);
    found_.push_back(
        {kind, folded_.origin[begin], folded_.origin[end], std::move(value), std::move(list)});
  }

  bool free(std::size_t begin, std::size_t end) const {
    return std::find(taken_.begin() + static_cast<std::ptrdiff_t>(begin),
                     taken_.begin() + static_cast<std::ptrdiff_t>(end),
                     1) == taken_.begin() + static_cast<std::ptrdiff_t>(end);
  }

  void rule(EntityKind kind, Rule match) {
    for (std::size_t at = 0; at < folded_.text.size();) {
      const auto hit = match(folded_.text, at);
      if (!hit || !free(at, hit->end)) {
        at += code_point_length(folded_.text, at);
        continue;
      }
      // An order's number keeps its capitals: some shops' systems tell them apart.
      std::string value =
          kind == EntityKind::kOrderNumber ? folded_.cased.substr(at, hit->end - at) : hit->value;
      add(kind, at, hit->end, std::move(value));
      at = hit->end;
    }
  }

  // Where in the folded text the byte of the text as written stands.
  std::size_t folded_at(std::size_t origin) const {
    return static_cast<std::size_t>(
        std::lower_bound(folded_.origin.begin(), folded_.origin.end(), origin) -
        folded_.origin.begin());
  }

  // The longest phrase that begins here; of Latin letters only as whole words.
  void listed() {
    if (gazetteer_.phrases_.empty()) return;
    const TracedText traced_text = traced(text_);
    const std::string& text = traced_text.text;
    for (std::size_t at = 0; at < text.size();) {
      const std::string_view rest = std::string_view(text).substr(at);
      const Gazetteer::Phrase* best = nullptr;
      if (at == 0 || !word_byte(text[at - 1]) || !word_byte(rest[0])) best = longest(rest);
      if (best == nullptr) {
        at += code_point_length(text, at);
        continue;
      }
      // A character that was taken apart belongs to the name as a whole.
      const std::size_t last = traced_text.origin[at + best->text.size() - 1];
      const std::size_t begin = folded_at(traced_text.origin[at]);
      const std::size_t end = folded_at(last + code_point_length(text_, last));
      if (!free(begin, end)) {
        at += code_point_length(text, at);
        continue;
      }
      const Gazetteer::Entry& entry = gazetteer_.entries_[best->entry];
      add(EntityKind::kListed, begin, end, entry.name, entry.list);
      at += best->text.size();
    }
  }

  // Phrases that begin `rest` stand before it in order, shorter before longer, with others between:
  // look back from the end of those that share its first character, over a bounded stretch by
  // halving for each length.
  const Gazetteer::Phrase* longest(std::string_view rest) const {
    const auto& phrases = gazetteer_.phrases_;
    const std::size_t most = std::min(rest.size(), entities_limits::kPhraseBytesMax * 3);
    const Gazetteer::Phrase* best = nullptr;
    auto low = phrases.begin();
    auto high = phrases.end();
    for (std::size_t length = 1; length <= most && low != high; ++length) {
      const std::string_view prefix = rest.substr(0, length);
      const auto cut = [&](const Gazetteer::Phrase& p) {
        return std::string_view(p.text).substr(0, length);
      };
      low = std::lower_bound(
          low, high, prefix,
          [&](const Gazetteer::Phrase& p, std::string_view v) { return cut(p) < v; });
      high = std::upper_bound(
          low, high, prefix,
          [&](std::string_view v, const Gazetteer::Phrase& p) { return v < cut(p); });
      if (low == high || low->text.size() != length) continue;
      const bool whole =
          length == rest.size() || !word_byte(rest[length - 1]) || !word_byte(rest[length]);
      if (!whole) continue;
      for (auto one = low; one != high && one->text.size() == length; ++one) {
        if (!list_.empty() && gazetteer_.entries_[one->entry].list != list_) continue;
        best = &*one;
        break;
      }
    }
    return best;
  }

  const std::string_view text_;
  Folded folded_;
  const Gazetteer& gazetteer_;
  const std::string_view list_;
  std::vector<std::uint8_t> taken_;
  std::vector<Entity> found_;
};

std::vector<Entity> find_entities(std::string_view text, const Gazetteer& gazetteer,
                                  std::string_view list) {
  if (text.size() > entities_limits::kTextBytesMax) {
    std::size_t end = entities_limits::kTextBytesMax;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    text = text.substr(0, end);
  }
  return EntityFinder(text, gazetteer, list).run();
}

}  // namespace wk::ai
