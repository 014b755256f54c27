// What a company knows, one piece of it: a frequent question with its answer, or a text.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ai_agent/text/text.hpp"
#include "base/ids.hpp"

namespace wk {

// Also core/ports/knowledge_store.hpp's, which this module does not know.
using KnowledgeEntryId = Id<struct KnowledgeEntryTag>;

namespace ai {

// kFaq is found by its phrasings (how people ask), the others by what they say. The numbers are
// stored.
enum class EntryKind : std::uint8_t { kFaq = 0, kArticle = 1, kDocument = 2, kPage = 3 };

struct KnowledgeEntry {
  KnowledgeEntryId id;
  EntryKind kind = EntryKind::kArticle;
  Language language = Language::kUnknown;
  std::string title;                   // of an FAQ: the question itself, its first phrasing
  std::vector<std::string> phrasings;  // FAQ alone
  // An FAQ's answer (not searched), or text with Markdown's headings ("## Abroad"), which is cut
  // into passages.
  std::string body;
  std::string source;  // URL or file name, for people
  // Rises with each change: an older one never replaces a newer one.
  std::uint64_t revision = 0;
};

}  // namespace ai
}  // namespace wk
