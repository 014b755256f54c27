#include "bench/ai/retrieval_sets.hpp"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

namespace wk::bench {
namespace {

// A measuring tool has nobody to hand an error to.
std::ifstream open_or_exit(const std::filesystem::path& file) {
  std::ifstream in(file);
  if (!in) {
    std::fprintf(stderr, "cannot read %s (bench/ai/README.md says where the sets come from)\n",
                 file.c_str());
    std::exit(2);
  }
  return in;
}

}  // namespace

RetrievalSet read_cmrc(const std::filesystem::path& folder, bool titles) {
  RetrievalSet set;
  std::string line;
  for (std::ifstream in = open_or_exit(folder / "passages.jsonl"); std::getline(in, line);) {
    const auto row = nlohmann::json::parse(line);
    ai::KnowledgeEntry entry;
    entry.id = KnowledgeEntryId(row.at("id").get<std::uint64_t>() + 1);
    entry.language = ai::Language::kChinese;
    if (titles) entry.title = row.at("title").get<std::string>();
    entry.body = row.at("text").get<std::string>();
    set.entries.push_back(std::move(entry));
  }
  for (std::ifstream in = open_or_exit(folder / "questions.jsonl"); std::getline(in, line);) {
    const auto row = nlohmann::json::parse(line);
    set.questions.push_back({row.at("q").get<std::string>(), row.at("p").get<std::uint64_t>() + 1});
  }
  return set;
}

std::vector<Row> read_rows(const std::filesystem::path& file) {
  std::vector<Row> rows;
  std::string line;
  for (std::ifstream in = open_or_exit(file); std::getline(in, line);) {
    const std::size_t tab = line.find('\t');
    if (tab != std::string::npos) rows.push_back({line.substr(0, tab), line.substr(tab + 1)});
  }
  return rows;
}

RetrievalSet faqs_of(const std::vector<Row>& train, std::size_t phrasings,
                     const std::vector<Row>& test) {
  RetrievalSet set;
  std::map<std::string, std::size_t> place;
  for (const Row& row : train) {
    const auto [at, fresh] = place.try_emplace(row.label, set.entries.size());
    if (fresh) {
      ai::KnowledgeEntry entry;
      entry.id = KnowledgeEntryId(set.entries.size() + 1);
      entry.kind = ai::EntryKind::kFaq;
      set.entries.push_back(std::move(entry));
    }
    std::vector<std::string>& known = set.entries[at->second].phrasings;
    if (known.size() < phrasings) known.push_back(row.text);
  }
  for (const Row& row : test) {
    if (const auto at = place.find(row.label); at != place.end())
      set.questions.push_back({row.text, at->second + 1});
  }
  return set;
}

}  // namespace wk::bench
