// The public sets that retrieval is measured on, as they lie in bench/ai/data (README.md).
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "ai_agent/knowledge/entry.hpp"

namespace wk::bench {

struct Question {
  std::string text;
  std::uint64_t entry;  // that answers it
};

struct RetrievalSet {
  std::vector<ai::KnowledgeEntry> entries;
  std::vector<Question> questions;
};

// CMRC 2018's development set: a passage is an article, with its title or without. Ids are the
// passages' plus 1.
RetrievalSet read_cmrc(const std::filesystem::path& folder, bool titles);

struct Row {
  std::string label;
  std::string text;
};
std::vector<Row> read_rows(const std::filesystem::path& file);

// An intent is an FAQ whose phrasings are its first training examples; `test` asks for it.
RetrievalSet faqs_of(const std::vector<Row>& train, std::size_t phrasings,
                     const std::vector<Row>& test);

}  // namespace wk::bench
