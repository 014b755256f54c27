#include "bench/ai/retrieval_load.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <random>

#include "ai_agent/knowledge/knowledge_index.hpp"

namespace wk::bench {
namespace {

using Clock = std::chrono::steady_clock;

double ms_since(Clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

double quantile(std::vector<double>& values, double share) {
  std::sort(values.begin(), values.end());
  return values.empty()
             ? 0
             : values[std::min(values.size() - 1, static_cast<std::size_t>(
                                                      share * static_cast<double>(values.size())))];
}

std::vector<std::string> sentences_of(const RetrievalSet& set) {
  static constexpr std::string_view kEnd = "。";
  std::vector<std::string> sentences;
  for (const ai::KnowledgeEntry& entry : set.entries) {
    for (std::size_t at = 0; at < entry.body.size();) {
      const std::size_t end = entry.body.find(kEnd, at);
      const std::size_t next = end == std::string::npos ? entry.body.size() : end + kEnd.size();
      sentences.push_back(entry.body.substr(at, next - at));
      at = next;
    }
  }
  return sentences;
}

class Articles {
 public:
  explicit Articles(const RetrievalSet& set) : sentences_(sentences_of(set)) {}

  // Of 1,300 to 1,590 bytes, as passages of real articles are: about 480 characters.
  ai::KnowledgeEntry make(std::uint64_t id) {
    ai::KnowledgeEntry entry;
    entry.id = KnowledgeEntryId(id);
    entry.revision = ++revision_;
    while (entry.body.size() < 1300) {
      const std::string& sentence = sentences_[random_() % sentences_.size()];
      if (entry.body.size() + sentence.size() < 1590) entry.body += sentence;
    }
    bytes_ += entry.body.size();
    return entry;
  }
  std::size_t bytes() const { return bytes_; }

 private:
  std::vector<std::string> sentences_;
  std::mt19937_64 random_{20180101};
  std::uint64_t revision_ = 0;
  std::size_t bytes_ = 0;
};

double resident_mib() {
  std::ifstream in("/proc/self/statm");
  double total = 0;
  double resident = 0;
  in >> total >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE)) / (1 << 20);
}

void report(const char* what, std::vector<double>& ms) {
  std::printf("%-44s p50 %.3f  p99 %.3f  max %.3f ms\n", what, quantile(ms, 0.5),
              quantile(ms, 0.99), quantile(ms, 1));
}

void search_all(const char* what, const ai::KnowledgeIndex& index, const auto& questions) {
  std::vector<double> ms;
  for (const auto& question : questions) {
    const auto begin = Clock::now();
    const auto answer = index.search({.text = question.text});
    ms.push_back(ms_since(begin));
    if (answer.hits.empty()) std::printf("no hit at all: %s\n", question.text.c_str());
  }
  report(what, ms);
}

}  // namespace

int run_load(const RetrievalSet& set, std::size_t passages, const ai::KnowledgeSettings& settings) {
  const std::filesystem::path file =
      std::filesystem::temp_directory_path() / ("retrieval_eval." + std::to_string(::getpid()));
  Articles articles(set);
  const double resident_before = resident_mib();
  auto index = std::make_unique<ai::KnowledgeIndex>(settings, nullptr);
  double apply_ms = 0;
  double slowest_ms = 0;
  for (std::uint64_t id = 1; id <= passages;) {
    std::vector<ai::KnowledgeEntry> batch;
    while (id <= passages && batch.size() < 20'000) batch.push_back(articles.make(id++));
    const auto begin = Clock::now();
    if (const auto applied = index->apply(batch); !applied) {
      std::fprintf(stderr, "apply: %s\n", applied.error().context.c_str());
      return 1;
    }
    apply_ms += ms_since(begin);
    slowest_ms = std::max(slowest_ms, ms_since(begin));
  }
  const auto snapshot = index->snapshot();
  std::printf("\n%zu passages (asked for %zu), %.1f MB of text, %zu segments\n",
              snapshot->passages(), passages, static_cast<double>(articles.bytes()) / 1e6,
              snapshot->texts.segments.size());
  std::printf("%-44s %.0f passages/s (one thread; slowest batch %.0f ms)\n", "reading in",
              static_cast<double>(snapshot->passages()) / apply_ms * 1000, slowest_ms);
  std::printf("%-44s %.1f MiB index, %.1f MiB resident more than before\n", "memory",
              static_cast<double>(snapshot->bytes()) / (1 << 20), resident_mib() - resident_before);
  search_all("search, one thread", *index, set.questions);

  std::vector<double> change_ms;
  for (std::uint64_t i = 0; i < 300; ++i) {
    const ai::KnowledgeEntry entry = articles.make(1 + i * 331 % passages);
    const auto begin = Clock::now();
    if (!index->apply(std::span(&entry, 1))) return 1;
    change_ms.push_back(ms_since(begin));
  }
  report("replacing one entry", change_ms);
  search_all("search, with 300 replaced", *index, set.questions);

  auto begin = Clock::now();
  if (const auto saved = index->save(file); !saved) {
    std::fprintf(stderr, "save: %s\n", saved.error().context.c_str());
    return 1;
  }
  std::printf("%-44s %.0f ms, %.1f MiB\n", "save, synced", ms_since(begin),
              static_cast<double>(std::filesystem::file_size(file)) / (1 << 20));
  index.reset();
  begin = Clock::now();
  auto opened = ai::KnowledgeIndex::open(file, settings, nullptr);
  std::printf("%-44s %.0f ms (file in the page cache)\n", "open", ms_since(begin));
  std::filesystem::remove(file);
  if (!opened) {
    std::fprintf(stderr, "open: %s\n", opened.error().context.c_str());
    return 1;
  }
  search_all("search, after opening", **opened, set.questions);
  return 0;
}

int run_faq_load(const std::vector<Row>& sentences, const std::vector<Row>& questions, std::size_t phrasings, const ai::KnowledgeSettings& settings,
                 const ai::SentenceEncoder& encoder) {
  constexpr std::size_t kPhrasings = 4;
  const std::filesystem::path file = std::filesystem::temp_directory_path() / ("retrieval_eval." + std::to_string(::getpid()));
  std::mt19937_64 random(20191);
  const auto sentence = [&] { return sentences[random() % sentences.size()].text; };
  ai::KnowledgeIndex index(settings, &encoder);
  std::vector<ai::KnowledgeEntry> batch;
  const auto begin = Clock::now();
  for (std::size_t id = 1; id <= phrasings / kPhrasings; ++id) {
    ai::KnowledgeEntry& entry = batch.emplace_back();
    entry.id = KnowledgeEntryId(id);
    entry.kind = ai::EntryKind::kFaq;
    for (std::size_t i = 0; i < kPhrasings; ++i) entry.phrasings.push_back(sentence() + " " + sentence());
    if (batch.size() < 2'000 && id + 1 <= phrasings / kPhrasings) continue;
    if (const auto applied = index.apply(batch); !applied) {
      std::fprintf(stderr, "apply: %s\n", applied.error().context.c_str());
      return 1;
    }
    batch.clear();
  }
  const auto snapshot = index.snapshot();
  std::printf("\n%zu phrasings of English FAQs, by words and meaning\n", snapshot->passages());
  std::printf("%-44s %.0f phrasings/s (one thread)\n", "reading in", static_cast<double>(snapshot->passages()) / ms_since(begin) * 1000);
  std::printf("%-44s %.1f MiB index\n", "memory", static_cast<double>(snapshot->bytes()) / (1 << 20));
  search_all("search, one thread", index, questions);
  if (!index.save(file)) return 1;
  const auto opening = Clock::now();
  const auto opened = ai::KnowledgeIndex::open(file, settings, &encoder);
  std::printf("%-44s %.0f ms (file in the page cache)\n", "open", ms_since(opening));
  std::filesystem::remove(file);
  return opened ? 0 : 1;
}

}  // namespace wk::bench
