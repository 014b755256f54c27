// What an intent model is trained from: FAQ entries that can be asked in several ways.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "ai_agent/intent/trainer.hpp"
#include "core/ports/knowledge_store.hpp"

namespace wk::ai {

struct IntentExamples {
  // Intent: the entry's id in decimal.
  std::vector<TrainingExample> examples;
  std::unordered_map<std::uint64_t, std::string> titles;
  // Of the site itself, not of every site.
  std::size_t own_entries = 0;
  // FAQ entries with too few phrasings.
  std::size_t too_few = 0;
  // Equal for equal examples and encoder (the mark also of the way of training).
  std::uint64_t mark = 0;

  std::size_t intents() const { return titles.size(); }
};

// Of a site, those of every site included (SiteId{}: those alone).
Result<IntentExamples> collect_intent_examples(KnowledgeStore& store, SiteId site, std::string_view encoder);

}  // namespace wk::ai
