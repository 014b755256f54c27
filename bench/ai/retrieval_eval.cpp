// How well the knowledge index finds, and how well it says that it has nothing: README.md of this
// folder.
//
//   retrieval_eval [DATA] [--tune] [--passages N]
//
// --tune: measures the part that settings were chosen on, a quarter, which is left out of what is
// reported.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>

#include "ai_agent/knowledge/knowledge_index.hpp"
#include "bench/ai/retrieval_load.hpp"
#include "bench/ai/retrieval_sets.hpp"

namespace wk::bench {
namespace {

struct Options {
  std::filesystem::path data = "bench/ai/data";
  bool tune = false;
  std::size_t passages = 100'000;
};

bool is_tuned_on(const Question& question) { return question.entry % 4 == 1; }

double percent(std::size_t part, std::size_t all) {
  return all == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(all);
}

std::unique_ptr<ai::KnowledgeIndex> index_of(const std::vector<ai::KnowledgeEntry>& entries,
                                             const ai::KnowledgeSettings& settings) {
  auto index = std::make_unique<ai::KnowledgeIndex>(settings, nullptr);
  if (const auto applied = index->apply(entries); !applied) {
    std::fprintf(stderr, "apply: %s\n", applied.error().context.c_str());
    std::exit(1);
  }
  return index;
}

// Of the entries, in order of their best passage.
std::vector<std::uint64_t> entries_found(const ai::KnowledgeIndex& index,
                                         const std::string& question) {
  std::vector<std::uint64_t> found;
  for (const auto& hit :
       index.search({.text = question, .hits_max = 20, .passages_per_entry_max = 1}).hits) {
    found.push_back(hit.entry.value());
  }
  return found;
}

void report_recall(const char* what, const RetrievalSet& set, const ai::KnowledgeSettings& settings,
                   const std::function<bool(const Question&)>& wanted) {
  const auto index = index_of(set.entries, settings);
  std::size_t questions = 0;
  std::size_t first = 0;
  std::size_t five = 0;
  double reciprocal = 0;
  for (const Question& question : set.questions) {
    if (!wanted(question)) continue;
    ++questions;
    const auto found = entries_found(*index, question.text);
    const auto place = static_cast<std::size_t>(
        std::find(found.begin(), found.end(), question.entry) - found.begin());
    if (place == found.size()) continue;
    if (place < 1) ++first;
    if (place < 5) ++five;
    if (place < 10) reciprocal += 1.0 / static_cast<double>(place + 1);
  }
  std::printf("%-44s %6zu questions  recall@1 %.2f  @5 %.2f  MRR@10 %.4f\n", what, questions,
              percent(first, questions), percent(five, questions),
              reciprocal / static_cast<double>(std::max<std::size_t>(questions, 1)));
}

struct Score {
  float value;
  float gate;
};

Score best_score(const ai::KnowledgeIndex& index, const std::string& question) {
  const auto answer = index.search({.text = question, .hits_max = 1});
  return answer.hits.empty() ? Score{0, 1}
                             : Score{answer.hits.front().score, answer.hits.front().gate};
}

// At the gate as it is, and at the one that keeps 95 % of these very questions.
void report_gate(const char* what, std::vector<Score> answerable, std::vector<Score> unanswerable) {
  const auto passing = [](const std::vector<Score>& scores, auto&& gate) {
    return static_cast<std::size_t>(
        std::count_if(scores.begin(), scores.end(),
                      [&](const Score& score) { return score.value >= gate(score); }));
  };
  const auto own = [](const Score& score) { return score.gate; };
  std::sort(answerable.begin(), answerable.end(),
            [](const Score& a, const Score& b) { return a.value < b.value; });
  const float at95 = answerable[answerable.size() / 20].value;
  std::printf(
      "%-44s kept %.1f  wrongly answered %.1f  (of %zu and %zu) | at 95 %% kept, gate %.3f: %.1f\n",
      what, percent(passing(answerable, own), answerable.size()),
      percent(passing(unanswerable, own), unanswerable.size()), answerable.size(),
      unanswerable.size(), static_cast<double>(at95),
      percent(passing(unanswerable, [&](const Score&) { return at95; }), unanswerable.size()));
}

// Every other passage is known; the questions of the others cannot be answered, though much is
// near.
void report_gate_of_halves(const RetrievalSet& set, const ai::KnowledgeSettings& settings,
                           const std::function<bool(const Question&)>& wanted) {
  std::vector<Score> answerable;
  std::vector<Score> unanswerable;
  for (const std::uint64_t half : {0U, 1U}) {
    // By pairs, so that the quarter that is tuned on is in both halves.
    const auto known = [half](std::uint64_t entry) { return entry / 4 % 2 == half; };
    std::vector<ai::KnowledgeEntry> entries;
    for (const ai::KnowledgeEntry& entry : set.entries) {
      if (known(entry.id.value())) entries.push_back(entry);
    }
    const auto index = index_of(entries, settings);
    for (const Question& question : set.questions) {
      if (wanted(question))
        (known(question.entry) ? answerable : unanswerable)
            .push_back(best_score(*index, question.text));
    }
  }
  report_gate("gate: questions of passages that are missing", answerable, unanswerable);
}

void report_gate_against(const char* what, const RetrievalSet& set,
                         const std::vector<Row>& strangers, const ai::KnowledgeSettings& settings,
                         const std::function<bool(const Question&)>& wanted) {
  const auto index = index_of(set.entries, settings);
  std::vector<Score> answerable;
  std::vector<Score> unanswerable;
  for (const Question& question : set.questions) {
    if (wanted(question)) answerable.push_back(best_score(*index, question.text));
  }
  for (const Row& row : strangers) unanswerable.push_back(best_score(*index, row.text));
  report_gate(what, answerable, unanswerable);
}

void report_faqs(const Options& options, const char* name, const std::string& prefix,
                 const std::string& strangers, const ai::KnowledgeSettings& settings) {
  const auto folder = options.data / name;
  const auto everything = [](const Question&) { return true; };
  const auto train = read_rows(folder / (prefix + "train.tsv"));
  // Chosen on the validation split, reported on the test split.
  const auto test = read_rows(folder / (prefix + (options.tune ? "valid.tsv" : "test.tsv")));
  for (const std::size_t phrasings : {3U, 10U}) {
    const RetrievalSet set = faqs_of(train, phrasings, test);
    const std::string what =
        std::string(name) + ", " + std::to_string(phrasings) + " phrasings each";
    report_recall(what.c_str(), set, settings, everything);
    const auto rows = read_rows(folder / (strangers + (options.tune ? "valid.tsv" : "test.tsv")));
    report_gate_against("gate: questions of another matter", set, rows, settings, everything);
  }
}

int run(const Options& options) {
  const ai::KnowledgeSettings settings;
  const auto part = [&](const Question& question) { return is_tuned_on(question) == options.tune; };
  const auto all = [](const Question&) { return true; };
  std::printf("%s\n", options.tune ? "The part settings were chosen on"
                                   : "Reported: without the part settings were chosen on");

  const RetrievalSet bare = read_cmrc(options.data / "cmrc2018-retrieval-zh", false);
  const RetrievalSet titled = read_cmrc(options.data / "cmrc2018-retrieval-zh", true);
  ai::KnowledgeSettings plain = settings;
  plain.text.question_word_weight = 1;
  report_recall("CMRC 2018 zh, text alone, question words too", bare, plain, part);
  report_recall("CMRC 2018 zh, text alone", bare, settings, part);
  report_recall("CMRC 2018 zh, with titles", titled, settings, part);
  if (!options.tune)
    report_recall("CMRC 2018 zh, with titles, every question", titled, settings, all);
  report_gate_of_halves(titled, settings, part);
  report_gate_against(
      "gate: CrossWOZ's requests", titled,
      read_rows(options.data / "crosswoz-intent-zh" / (options.tune ? "train.tsv" : "test.tsv")),
      settings, part);
  report_faqs(options, "banking77", "oos50_", "oos50_oodoos_", settings);
  report_faqs(options, "clinc150", "", "oos_", settings);
  return options.passages == 0 ? 0 : run_load(titled, options.passages, settings);
}

}  // namespace
}  // namespace wk::bench

int main(int argc, char** argv) {
  wk::bench::Options options;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--tune") == 0) {
      options.tune = true;
    } else if (std::strcmp(argv[i], "--passages") == 0 && i + 1 < argc) {
      options.passages = std::strtoul(argv[++i], nullptr, 10);
    } else {
      options.data = argv[i];
    }
  }
  return wk::bench::run(options);
}
