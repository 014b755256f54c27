// How well the knowledge index finds, and how well it says that it has nothing: README.md of this
// folder.
//
//   retrieval_eval [DATA] [--tune] [--passages N] [--model FILE] [--cache FILE] [--signals FILE]
//
// --tune: measures the part that settings were chosen on, a quarter, which is left out of what is
// reported. --signals: writes what the gate is learned from, and nothing else.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>

#include "ai_agent/knowledge/knowledge_index.hpp"
#include "ai_agent/sentence/embedding_cache.hpp"
#include "ai_agent/sentence/sentence_model.hpp"
#include "bench/ai/retrieval_load.hpp"
#include "bench/ai/retrieval_sets.hpp"
#include "bench/ai/retrieval_signals.hpp"

namespace wk::bench {
namespace {

struct Options {
  std::filesystem::path data = "bench/ai/data";
  bool tune = false;
  std::size_t passages = 100'000;
  std::filesystem::path model;  // of sentences; empty: by words alone
  std::filesystem::path cache;  // of sentence vectors: the next run is quicker
  std::filesystem::path signals;
};

// What is measured.
struct Subject {
  ai::KnowledgeSettings settings{};
  const ai::SentenceEncoder* encoder = nullptr;
};

bool is_tuned_on(const Question& question) { return question.entry % 4 == 1; }

double percent(std::size_t part, std::size_t all) {
  return all == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(all);
}

std::unique_ptr<ai::KnowledgeIndex> index_of(const std::vector<ai::KnowledgeEntry>& entries,
                                             const Subject& subject) {
  auto index = std::make_unique<ai::KnowledgeIndex>(subject.settings, subject.encoder);
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

void report_recall(const char* what, const RetrievalSet& set, const Subject& subject,
                   const std::function<bool(const Question&)>& wanted) {
  const auto index = index_of(set.entries, subject);
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

struct Outcome {
  float found = 0;  // probability, by the gate of "nothing found"
  bool near = false;
  bool answered = false;
  bool right = false;
};

// `answer`: the entry that would be right; 0: none is.
Outcome outcome_of(const ai::KnowledgeIndex& index, const Subject& subject, const std::string& question, std::uint64_t answer) {
  const auto hits = index.search({.text = question, .hits_max = 1}).hits;
  if (hits.empty()) return {};
  const ai::KnowledgeHit& hit = hits.front();
  const ai::KindSettings& kind = hit.kind == ai::EntryKind::kFaq ? subject.settings.faq : subject.settings.text;
  const ai::GateSettings& gate = hit.with_meaning ? kind.with_meaning : kind.by_words;
  return {gate.found.probability(hit.signals), hit.near, hit.passes(), hit.entry.value() == answer};
}

// What is done with questions that have an answer and with those that have none.
void report_gate(const char* what, std::vector<Outcome> answerable, const std::vector<Outcome>& unanswerable) {
  const auto count = [](const std::vector<Outcome>& outcomes, auto&& is) {
    return percent(static_cast<std::size_t>(std::count_if(outcomes.begin(), outcomes.end(), is)), outcomes.size());
  };
  std::sort(answerable.begin(), answerable.end(), [](const Outcome& a, const Outcome& b) { return a.found < b.found; });
  const float at95 = answerable[answerable.size() / 20].found;
  const auto near = [](const Outcome& outcome) { return outcome.near; };
  std::printf("%-44s found: kept %.1f wrong %.1f, at 95 %% kept %.1f | answered: rightly %.1f mistaken %.1f, of unanswerable %.1f  (of %zu and %zu)\n", what,
              count(answerable, near), count(unanswerable, near), count(unanswerable, [&](const Outcome& outcome) { return outcome.found >= at95; }),
              count(answerable, [](const Outcome& outcome) { return outcome.answered && outcome.right; }),
              count(answerable, [](const Outcome& outcome) { return outcome.answered && !outcome.right; }),
              count(unanswerable, [](const Outcome& outcome) { return outcome.answered; }), answerable.size(), unanswerable.size());
}

// Every other passage is known; the questions of the others cannot be answered, though much is
// near.
void report_gate_of_halves(const RetrievalSet& set, const Subject& subject,
                           const std::function<bool(const Question&)>& wanted) {
  std::vector<Outcome> answerable;
  std::vector<Outcome> unanswerable;
  for (const std::uint64_t half : {0U, 1U}) {
    // By pairs, so that the quarter that is tuned on is in both halves.
    const auto known = [half](std::uint64_t entry) { return entry / 4 % 2 == half; };
    std::vector<ai::KnowledgeEntry> entries;
    for (const ai::KnowledgeEntry& entry : set.entries) {
      if (known(entry.id.value())) entries.push_back(entry);
    }
    const auto index = index_of(entries, subject);
    for (const Question& question : set.questions) {
      if (wanted(question))
        (known(question.entry) ? answerable : unanswerable)
            .push_back(outcome_of(*index, subject, question.text, known(question.entry) ? question.entry : 0));
    }
  }
  report_gate("gate: questions of passages that are missing", answerable, unanswerable);
}

void report_gate_against(const char* what, const RetrievalSet& set,
                         const std::vector<Row>& strangers, const Subject& subject,
                         const std::function<bool(const Question&)>& wanted) {
  const auto index = index_of(set.entries, subject);
  std::vector<Outcome> answerable;
  std::vector<Outcome> unanswerable;
  for (const Question& question : set.questions) {
    if (wanted(question)) answerable.push_back(outcome_of(*index, subject, question.text, question.entry));
  }
  for (const Row& row : strangers) unanswerable.push_back(outcome_of(*index, subject, row.text, 0));
  report_gate(what, answerable, unanswerable);
}

void report_faqs(const Options& options, const char* name, const std::string& prefix,
                 const std::string& strangers, const Subject& subject) {
  const auto folder = options.data / name;
  const auto everything = [](const Question&) { return true; };
  const auto train = read_rows(folder / (prefix + "train.tsv"));
  // Chosen on the validation split, reported on the test split.
  const auto test = read_rows(folder / (prefix + (options.tune ? "valid.tsv" : "test.tsv")));
  for (const std::size_t phrasings : {1U, 3U, 10U}) {
    const RetrievalSet set = faqs_of(train, phrasings, test);
    const std::string what =
        std::string(name) + ", " + std::to_string(phrasings) + " phrasings each";
    report_recall(what.c_str(), set, subject, everything);
    const auto rows = read_rows(folder / (strangers + (options.tune ? "valid.tsv" : "test.tsv")));
    report_gate_against("gate: questions of another matter", set, rows, subject, everything);
  }
}

int run(const Options& options) {
  std::shared_ptr<const ai::SentenceEncoder> encoder;
  if (!options.model.empty()) {
    auto opened = ai::open_sentence_model(options.model);
    if (!opened) {
      std::fprintf(stderr, "model: %s\n", opened.error().context.c_str());
      return 1;
    }
    encoder = std::move(*opened);
    if (!options.cache.empty()) {
      auto cached = ai::CachedEncoder::open(options.cache, encoder);
      if (!cached) {
        std::fprintf(stderr, "cache: %s\n", cached.error().context.c_str());
        return 1;
      }
      encoder = std::move(*cached);
    }
  }
  if (!options.signals.empty()) return write_signals(options.data, encoder.get(), options.signals);
  const Subject words;
  Subject plain;
  plain.settings.text.question_word_weight = 1;
  const auto part = [&](const Question& question) { return is_tuned_on(question) == options.tune; };
  const auto all = [](const Question&) { return true; };
  std::printf("%s\n", options.tune ? "The part settings were chosen on"
                                   : "Reported: without the part settings were chosen on");

  const auto cmrc = options.data / "cmrc2018-retrieval-zh";
  const RetrievalSet bare = read_cmrc(cmrc, false);
  const RetrievalSet titled = read_cmrc(cmrc, true);
  report_recall("CMRC 2018 zh, text alone, question words too", bare, plain, part);
  report_recall("CMRC 2018 zh, text alone", bare, words, part);
  report_recall("CMRC 2018 zh, with titles", titled, words, part);
  if (!options.tune) report_recall("CMRC 2018 zh, with titles, every question", titled, words, all);
  report_gate_of_halves(titled, words, part);
  const auto strangers =
      options.data / "crosswoz-intent-zh" / (options.tune ? "train.tsv" : "test.tsv");
  report_gate_against("gate: CrossWOZ's requests", titled, read_rows(strangers), words, part);

  std::printf("\nFAQs, by words alone\n");
  report_faqs(options, "banking77", "oos50_", "oos50_oodoos_", words);
  report_faqs(options, "clinc150", "", "oos_", words);
  if (encoder != nullptr) {
    const Subject meaning{.encoder = encoder.get()};
    std::printf("\nFAQs, by words and meaning\n");
    report_faqs(options, "banking77", "oos50_", "oos50_oodoos_", meaning);
    report_faqs(options, "clinc150", "", "oos_", meaning);
  }
  if (options.passages == 0) return 0;
  if (const int failed = run_load(titled, options.passages, words.settings); failed != 0) return failed;
  if (encoder == nullptr) return 0;
  const auto clinc = options.data / "clinc150";
  auto questions = read_rows(clinc / "test.tsv");
  if (questions.size() > 1'000) questions.resize(1'000);
  return run_faq_load(read_rows(clinc / "train.tsv"), questions, options.passages, words.settings, *encoder);
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
    } else if (std::strcmp(argv[i], "--model") == 0 && i + 1 < argc) {
      options.model = argv[++i];
    } else if (std::strcmp(argv[i], "--cache") == 0 && i + 1 < argc) {
      options.cache = argv[++i];
    } else if (std::strcmp(argv[i], "--signals") == 0 && i + 1 < argc) {
      options.signals = argv[++i];
    } else {
      options.data = argv[i];
    }
  }
  return wk::bench::run(options);
}
