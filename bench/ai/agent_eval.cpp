// What visitors would get: the AI agent as a whole (requests, intents, knowledge, the gates of each), asked the questions of public sets.
// An intent of the set is an FAQ entry with its first examples as phrasings. See README.md.
//
//   agent_eval [DATA] [SENTENCE_MODEL] [valid|load]
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <random>
#include <string>

#include <fmt/format.h>

#include "ai_agent/agent/brain.hpp"
#include "ai_agent/sentence/embedding_cache.hpp"
#include "ai_agent/sentence/sentence_model.hpp"
#include "bench/ai/retrieval_sets.hpp"
#include "storage/embedded/knowledge/sqlite_knowledge.hpp"
#include "tests/contract/temporary_directory.hpp"

namespace wk::bench {
namespace {

constexpr SiteId kSite(1);

struct Counts {
  std::size_t asked = 0;
  std::size_t right = 0;
  std::size_t wrong = 0;
  std::size_t offered = 0;  // asked back, the right one among the choices
  std::size_t not_offered = 0;
  std::vector<std::uint32_t> took_us;

  double share(std::size_t part) const { return asked == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(asked); }
  std::uint32_t quantile(double q) {
    if (took_us.empty()) return 0;
    const auto at = static_cast<std::size_t>(q * static_cast<double>(took_us.size() - 1));
    std::nth_element(took_us.begin(), took_us.begin() + static_cast<std::ptrdiff_t>(at), took_us.end());
    return took_us[at];
  }
};

template <typename T>
T or_exit(Result<T> result) {
  if (result) return std::move(*result);
  fmt::print(stderr, "{}\n", result.error().context);
  std::exit(2);
}

// The product's parts on a directory of their own, as server/app.cpp puts them together.
class Agent {
 public:
  Agent(const RetrievalSet& set, std::shared_ptr<const ai::SentenceEncoder> encoder)
      : store_(or_exit(SqliteKnowledge::open(directory_.path() / "knowledge.db"))),
        knowledge_(*store_, directory_.path() / "ai", encoder.get(), clock_),
        intents_(*store_, directory_.path() / "ai", encoder, clock_) {
    std::int64_t now = clock_.now_ms() - 1'000'000;
    for (const ai::KnowledgeEntry& one : set.entries) {
      v1::KnowledgeEntry entry;
      entry.set_id(one.id.value());
      entry.set_kind(v1::KNOWLEDGE_KIND_FAQ);
      entry.set_title(one.phrasings.front());
      for (std::size_t i = 1; i < one.phrasings.size(); ++i) entry.add_phrasings(one.phrasings[i]);
      entry.set_body(body_of(one.id.value()));
      entry.set_updated_ms(++now);
      check(knowledge_.put(entry));
      titles_.push_back(entry.title());
    }
  }
  // Articles of one passage: two sentences that somebody asked.
  void add_articles(const std::vector<Row>& sentences, std::size_t count) {
    std::mt19937_64 random(20191);
    std::int64_t now = clock_.now_ms() - 500'000;
    for (std::size_t i = 0; i < count; ++i) {
      v1::KnowledgeEntry entry;
      entry.set_id(kArticles + i);
      entry.set_kind(v1::KNOWLEDGE_KIND_ARTICLE);
      entry.set_title(fmt::format("note {}", i));
      entry.set_body(sentences[random() % sentences.size()].text + ". " + sentences[random() % sentences.size()].text + ".");
      entry.set_updated_ms(++now);
      check(knowledge_.put(entry));
    }
  }
  void learn() {
    check(intents_.load());
    while (intents_.train_next({})) {
    }
  }
  // `truth` 0: nothing here answers it.
  void ask(const std::string& text, std::uint64_t truth, bool with_intents, Counts& counts) {
    v1::BotTurn turn = or_exit(ai::Brain(knowledge_, with_intents ? &intents_ : nullptr, clock_).think({.site = kSite, .texts = {text}, .people_online = true}));
    ++counts.asked;
    counts.took_us.push_back(turn.decided().took_us());
    if (turn.decided().action() == v1::BOT_ACTION_ANSWER) {
      ++(truth != 0 && turn.reply().text() == body_of(truth) ? counts.right : counts.wrong);
      return;
    }
    const auto& choices = turn.reply().choices();
    const bool offered = truth != 0 && std::find(choices.begin(), choices.end(), titles_.at(truth - 1)) != choices.end();
    ++(offered ? counts.offered : counts.not_offered);
  }

 private:
  static constexpr std::uint64_t kArticles = 100'000;

  static std::string body_of(std::uint64_t id) { return "answer " + std::to_string(id); }
  static void check(const Result<void>& done) {
    if (done) return;
    fmt::print(stderr, "{}\n", done.error().context);
    std::exit(2);
  }

  wk::testing::TemporaryDirectory directory_;
  SystemClock& clock_ = SystemClock::instance();
  std::unique_ptr<SqliteKnowledge> store_;
  ai::KnowledgeBase knowledge_;
  ai::IntentService intents_;
  std::vector<std::string> titles_;
};

struct Set {
  const char* name;
  const char* folder;
  const char* train;
  const char* test;
  std::vector<const char*> strange;
};

void run(const std::filesystem::path& data, const Set& set, std::size_t phrasings, std::shared_ptr<const ai::SentenceEncoder> encoder) {
  const auto folder = data / set.folder;
  if (!std::filesystem::exists(folder)) return;
  const RetrievalSet faqs = faqs_of(read_rows(folder / set.train), phrasings, read_rows(folder / set.test));
  Agent agent(faqs, encoder);
  agent.learn();
  for (const bool with_intents : {false, true}) {
    Counts known;
    for (const Question& question : faqs.questions) agent.ask(question.text, question.entry, with_intents, known);
    std::string strange_text;
    for (const char* file : set.strange) {
      Counts strange;
      for (const Row& row : read_rows(folder / file)) agent.ask(row.text, 0, with_intents, strange);
      strange_text += fmt::format("{}{:.1f}", strange_text.empty() ? "" : " / ", strange.share(strange.wrong));
    }
    fmt::print("| {}, {} phrasings, {} | {} | {:.1f} | {:.1f} | {:.1f} | {:.1f} | {} | {:.2f} / {:.2f} |\n", set.name, phrasings,
               with_intents ? "with intents" : "search alone", known.asked, known.share(known.right), known.share(known.wrong), known.share(known.offered),
               known.share(known.not_offered), strange_text.empty() ? "–" : strange_text, known.quantile(0.5) / 1'000.0, known.quantile(0.99) / 1'000.0);
    std::fflush(stdout);
  }
}

double cpu_ms() {
  timespec used{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) * 1e3 + static_cast<double>(used.tv_nsec) / 1e6;
}

// How long a turn takes with intents and 10,000 passages with vectors: the first time that something is asked, and again, when its vector is kept.
void run_load(const std::filesystem::path& data, std::shared_ptr<const ai::SentenceEncoder> encoder) {
  const auto folder = data / "banking77";
  const wk::testing::TemporaryDirectory directory;
  if (encoder) encoder = or_exit(ai::CachedEncoder::open(directory.path() / "vectors", encoder));
  const auto train = read_rows(folder / "train.tsv");
  const RetrievalSet faqs = faqs_of(train, 10, read_rows(folder / "test.tsv"));
  Agent agent(faqs, encoder);
  agent.add_articles(train, 10'000);
  agent.learn();
  for (const char* what : {"new questions", "asked again"}) {
    Counts counts;
    std::vector<double> cpu;
    for (const Question& question : faqs.questions) {
      const double begun = cpu_ms();
      agent.ask(question.text, question.entry, true, counts);
      cpu.push_back(cpu_ms() - begun);
    }
    std::sort(cpu.begin(), cpu.end());
    fmt::print("{}: {} turns p50 {:.2f} p99 {:.2f} ms, of CPU {:.2f} and {:.2f}\n", what, counts.asked, counts.quantile(0.5) / 1'000.0, counts.quantile(0.99) / 1'000.0,
               cpu[cpu.size() / 2], cpu[cpu.size() * 99 / 100]);
  }
}

int main_of(int argc, char** argv) {
  const std::filesystem::path data = argc > 1 ? argv[1] : "bench/ai/data";
  std::shared_ptr<const ai::SentenceEncoder> encoder;
  if (argc > 2) encoder = or_exit(ai::open_sentence_model(argv[2]));
  if (argc > 3 && std::string_view(argv[3]) == "load") {
    run_load(data, encoder);
    return 0;
  }
  const bool valid = argc > 3 && std::string_view(argv[3]) == "valid";
  const std::vector<Set> sets = valid ? std::vector<Set>{{"CLINC150", "clinc150", "train.tsv", "valid.tsv", {"oos_valid.tsv"}},
                                                         {"BANKING77 (50)", "banking77", "oos50_train.tsv", "oos50_valid.tsv", {"oos50_oodoos_valid.tsv", "oos50_idoos_valid.tsv"}}}
                                      : std::vector<Set>{{"CLINC150", "clinc150", "train.tsv", "test.tsv", {"oos_test.tsv"}},
                                                         {"BANKING77 (50)", "banking77", "oos50_train.tsv", "oos50_test.tsv", {"oos50_oodoos_test.tsv", "oos50_idoos_test.tsv"}},
                                                         {"Bitext", "bitext-support-en", "train.tsv", "test.tsv", {}},
                                                         {"CrossWOZ (zh)", "crosswoz-intent-zh", "train.tsv", "test.tsv", {}}};
  fmt::print("| set | questions | answered rightly, % | wrongly | asked back with the right one among the choices | without | strange ones answered | a turn p50 / p99, ms |\n");
  fmt::print("| --- | --- | --- | --- | --- | --- | --- | --- |\n");
  for (const Set& set : sets) {
    for (const std::size_t phrasings : {3, 10}) run(data, set, phrasings, encoder);
  }
  return 0;
}

}  // namespace
}  // namespace wk::bench

int main(int argc, char** argv) { return wk::bench::main_of(argc, argv); }
