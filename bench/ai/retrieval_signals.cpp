#include "bench/ai/retrieval_signals.hpp"

#include <cstdio>
#include <fstream>
#include <random>

#include "ai_agent/knowledge/knowledge_index.hpp"
#include "bench/ai/retrieval_sets.hpp"

namespace wk::bench {
namespace {

class Writer {
 public:
  Writer(const std::filesystem::path& file, const ai::SentenceEncoder* encoder) : out_(file), encoder_(encoder) {
    out_ << "set\tpart\tkind\toutcome";
    for (std::size_t i = 0; i < ai::kGateSignals; ++i) out_ << '\t' << ai::gate_signal_name(static_cast<ai::GateSignal>(i));
    out_ << '\n';
  }

  // The entries that `known` says yes to are known; questions of others, and the strangers', have no answer.
  template <typename Known>
  void add(const std::string& set, const std::string& part, const std::string& kind, const RetrievalSet& from, const std::vector<std::string>& strangers,
           Known&& known, bool meaning) {
    std::vector<ai::KnowledgeEntry> entries;
    for (const ai::KnowledgeEntry& entry : from.entries) {
      if (known(entry.id.value())) entries.push_back(entry);
    }
    ai::KnowledgeIndex index(ai::KnowledgeSettings{}, meaning ? encoder_ : nullptr);
    if (const auto applied = index.apply(entries); !applied) return;
    const auto write = [&](const std::string& question, std::uint64_t answer) {
      const auto hits = index.search({.text = question, .hits_max = 1}).hits;
      out_ << set << '\t' << part << '\t' << kind << '\t';
      out_ << (answer == 0 ? "stranger" : !hits.empty() && hits.front().entry.value() == answer ? "right" : "wrong");
      for (const float signal : hits.empty() ? ai::GateSignals{} : hits.front().signals) out_ << '\t' << signal;
      out_ << '\n';
    };
    for (const Question& question : from.questions) write(question.text, known(question.entry) ? question.entry : 0);
    for (const std::string& stranger : strangers) write(stranger, 0);
  }
  bool with_meaning() const { return encoder_ != nullptr; }

 private:
  std::ofstream out_;
  const ai::SentenceEncoder* encoder_;
};

std::vector<std::string> texts_of(const std::vector<Row>& rows) {
  std::vector<std::string> texts;
  for (const Row& row : rows) texts.push_back(row.text);
  return texts;
}

constexpr std::size_t kStrangersMax = 2'000;
constexpr std::uint32_t kDraws = 6;

std::uint64_t drawn(std::uint64_t group, std::uint32_t draw) {
  std::seed_seq seed{static_cast<std::uint32_t>(group), draw};
  return std::mt19937(seed)();
}

void add_faqs(Writer& writer, const std::string& name, const std::vector<Row>& train, const std::vector<Row>& questions,
              const std::vector<std::string>& far, const std::string& part, bool meaning_too = true) {
  for (const std::size_t phrasings : {1U, 3U, 10U}) {
    const RetrievalSet set = faqs_of(train, phrasings, questions);
    for (const bool meaning : {false, true}) {
      if (meaning && (!writer.with_meaning() || !meaning_too)) continue;
      const std::string kind = meaning ? "faq_meaning" : "faq_words";
      const std::string what = name + "/" + std::to_string(phrasings);
      if (!far.empty()) writer.add(what + "/far", part, kind, set, far, [](std::uint64_t) { return true; }, meaning);
      // A company that has written down little yet.
      const auto few = [](std::uint64_t entry) { return entry % 9 == 1; };
      RetrievalSet small{set.entries, {}};
      for (std::size_t i = 0; i < set.questions.size(); ++i) {
        if (few(set.questions[i].entry) || i % 9 == 0) small.questions.push_back(set.questions[i]);
      }
      writer.add(what + "/few", part, kind, small, {}, few, meaning);
      // The others' questions are near: of the same trade.
      for (const std::uint64_t half : {0U, 1U}) {
        writer.add(what + "/near", part, kind, set, {}, [half](std::uint64_t entry) { return entry % 2 == half; }, meaning);
      }
    }
  }
}

}  // namespace

int write_signals(const std::filesystem::path& data, const ai::SentenceEncoder* encoder, const std::filesystem::path& out) {
  Writer writer(out, encoder);
  for (const std::string part : {"tune", "test"}) {
    const std::string split = part == "tune" ? "valid.tsv" : "test.tsv";
    const auto bank = data / "banking77";
    add_faqs(writer, "banking77", read_rows(bank / "oos50_train.tsv"), read_rows(bank / ("oos50_" + split)),
             texts_of(read_rows(bank / ("oos50_oodoos_" + split))), part);
    const auto clinc = data / "clinc150";
    add_faqs(writer, "clinc150", read_rows(clinc / "train.tsv"), read_rows(clinc / split), texts_of(read_rows(clinc / ("oos_" + split))), part);
    const auto bitext = data / "bitext-support-en";
    add_faqs(writer, "bitext", read_rows(bitext / "train.tsv"), read_rows(bitext / split), {}, part);

    const RetrievalSet cmrc = read_cmrc(data / "cmrc2018-retrieval-zh", true);
    RetrievalSet mine{cmrc.entries, {}};
    // Articles whose title is not what they are asked for by.
    RetrievalSet bare{read_cmrc(data / "cmrc2018-retrieval-zh", false).entries, {}};
    std::vector<std::string> chinese;
    for (const Question& question : cmrc.questions) {
      if ((question.entry % 4 == 1) != (part == "tune")) continue;
      mine.questions.push_back(question);
      if (chinese.size() < kStrangersMax) chinese.push_back(question.text);
    }
    bare.questions = mine.questions;
    // CrossWOZ has no validation part: every third row of the training part is one, and the others are known.
    std::vector<Row> known;
    std::vector<Row> held;
    const std::vector<Row> rows = read_rows(data / "crosswoz-intent-zh" / "train.tsv");
    for (std::size_t i = 0; i < rows.size(); ++i) (i % 3 == 0 ? held : known).push_back(rows[i]);
    if (part == "test") held = read_rows(data / "crosswoz-intent-zh" / "test.tsv");
    if (held.size() > kStrangersMax) held.resize(kStrangersMax);
    add_faqs(writer, "crosswoz", known, held, chinese, part, false);
    for (const auto& [name, set] : {std::pair("cmrc", &mine), std::pair("cmrc-bare", &bare)}) {
      for (const std::uint64_t half : {0U, 1U}) {
        writer.add(name + std::string("/near"), part, "text_words", *set, {}, [half](std::uint64_t entry) { return entry / 4 % 2 == half; }, false);
        // Other halves as well: the same question beside other strangers' passages.
        for (std::uint32_t draw = 1; draw <= kDraws; ++draw) {
          writer.add(name + std::string("/drawn"), part, "text_words", *set, {}, [half, draw](std::uint64_t entry) { return drawn(entry / 4, draw) % 2 == half; }, false);
        }
      }
      writer.add(name + std::string("/far"), part, "text_words", *set, texts_of(held), [](std::uint64_t) { return true; }, false);
    }
  }
  return 0;
}

}  // namespace wk::bench
