// intent_eval [--data DIR] [--sentence FILE] [--part valid|test] [--only SET,…]: trains the intent
// model on public sets and prints, as JSON, how good it is and what it costs. Whatever is tuned is
// tuned with --part valid; test is for the report.
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>

#include "ai_agent/sentence/sentence_model.hpp"
#include "intent_sets.hpp"

namespace wk::bench {
namespace {

using ai::Classification;
using ai::IntentModel;
using nlohmann::ordered_json;

struct Options {
  std::filesystem::path data = "bench/ai/data";
  std::filesystem::path sentence;
  std::string part = "test";
  std::string only;
};

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double percent(std::size_t part, std::size_t whole) {
  return whole == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

double rounded(double value, double steps = 100) { return std::round(value * steps) / steps; }

struct Answer {
  bool right;
  float confidence;
};

std::vector<Answer> answers(const IntentModel& model, const Examples& examples) {
  ai::IntentScratch scratch;
  std::vector<Answer> out;
  for (const auto& e : examples) {
    const Classification c = model.classify(e.text, e.context, ai::Zones{}, scratch);
    out.push_back(
        {c.ranked_count > 0 && model.labels()[c.ranked[0].intent] == e.intent, c.confidence});
  }
  return out;
}

double accuracy(const std::vector<Answer>& list) {
  return percent(static_cast<std::size_t>(std::count_if(list.begin(), list.end(),
                                                        [](const Answer& a) { return a.right; })),
                 list.size());
}

// Right and not rejected.
double kept_right(const std::vector<Answer>& list, float threshold) {
  const auto kept = [&](const Answer& a) { return a.right && a.confidence >= threshold; };
  return percent(static_cast<std::size_t>(std::count_if(list.begin(), list.end(), kept)),
                 list.size());
}

double rejected(const std::vector<Answer>& list, float threshold) {
  const auto low = [&](const Answer& a) { return a.confidence < threshold; };
  return percent(static_cast<std::size_t>(std::count_if(list.begin(), list.end(), low)),
                 list.size());
}

// The highest threshold that keeps `share` percent right.
float threshold_keeping(const std::vector<Answer>& list, double share) {
  std::vector<float> right;
  for (const Answer& a : list) {
    if (a.right) right.push_back(a.confidence);
  }
  std::sort(right.begin(), right.end(), std::greater<>());
  const auto wanted =
      static_cast<std::size_t>(std::ceil(share / 100 * static_cast<double>(list.size())));
  return wanted == 0 || wanted > right.size() ? 0 : right[wanted - 1];
}

// Probability that what is in scope is trusted more than what is not.
double area(const std::vector<Answer>& in, const std::vector<Answer>& out) {
  double sum = 0;
  for (const Answer& a : in) {
    for (const Answer& b : out)
      sum += a.confidence > b.confidence ? 1 : a.confidence == b.confidence ? 0.5 : 0;
  }
  return sum / static_cast<double>(in.size()) / static_cast<double>(out.size());
}

// Expected calibration error over ten bins.
double calibration_error(const std::vector<Answer>& list) {
  std::array<double, 10> confidence{};
  std::array<double, 10> right{};
  for (const Answer& a : list) {
    const auto bin = static_cast<std::size_t>(std::min(9.0f, a.confidence * 10));
    confidence[bin] += static_cast<double>(a.confidence);
    right[bin] += a.right ? 1 : 0;
  }
  double sum = 0;
  for (std::size_t b = 0; b < 10; ++b) sum += std::abs(confidence[b] - right[b]);
  return sum / static_cast<double>(list.size());
}

struct Trained {
  std::shared_ptr<const IntentModel> model;
  ordered_json cost;
};

Trained train_measured(const Examples& examples, std::shared_ptr<const ai::SentenceEncoder> encoder,
                       std::uint64_t seed) {
  const double begin = seconds_now();
  auto trained = ai::train(examples, encoder, {.seed = seed, .progress = {}}, {});
  const double took = seconds_now() - begin;
  if (!trained) {
    std::fprintf(stderr, "%s\n", trained.error().context.c_str());
    std::exit(1);
  }
  const auto file = std::filesystem::temp_directory_path() /
                    ("intent_eval." + std::to_string(::getpid()) + ".model");
  if (auto saved = trained->model->save(file); !saved) std::exit(1);
  Trained out{trained->model, {}};
  out.cost["examples"] = examples.size();
  out.cost["intents"] = trained->model->labels().size();
  out.cost["training_s"] = rounded(took);
  out.cost["model_mib"] = rounded(static_cast<double>(std::filesystem::file_size(file)) / 1048576);
  out.cost["held_back_accuracy"] =
      rounded(100.0 * static_cast<double>(trained->evaluation.accuracy));
  out.cost["suggested_ask"] =
      rounded(static_cast<double>(trained->model->suggested_zones().ask), 1000);
  std::filesystem::remove(file);
  return out;
}

ordered_json latency(const IntentModel& model, const Examples& examples) {
  ai::IntentScratch scratch;
  std::vector<double> micros;
  for (int round = 0; round < 2; ++round) {  // the first warms up
    micros.clear();
    for (const auto& e : examples) {
      const double begin = seconds_now();
      const Classification c = model.classify(e.text, e.context, ai::Zones{}, scratch);
      micros.push_back((seconds_now() - begin) * 1e6);
      if (c.ranked_count > 100) std::abort();  // the answer is used
    }
  }
  std::sort(micros.begin(), micros.end());
  return {{"p50_ms", rounded(micros[micros.size() / 2] / 1000, 10000)},
          {"p99_ms", rounded(micros[micros.size() * 99 / 100] / 1000, 10000)}};
}

class Suite {
 public:
  Suite(Options options, std::shared_ptr<const ai::SentenceEncoder> encoder)
      : options_(std::move(options)), encoder_(std::move(encoder)) {}

  ordered_json run() {
    ordered_json out;
    out["part"] = options_.part;
    for (const bool sentence : {false, true}) {
      if (sentence && encoder_ == nullptr) continue;
      ordered_json& to = out[sentence ? "with_sentence_features" : "lexical"];
      const auto encoder = sentence ? encoder_ : nullptr;
      if (wanted("clinc150")) clinc150(to["clinc150"], encoder);
      if (wanted("banking77")) banking77(to["banking77"], encoder);
      if (wanted("banking77_oos")) banking77_oos(to["banking77_oos"], encoder);
      if (wanted("few_shot")) few_shot(to["few_shot"], encoder);
      if (wanted("crosswoz") && !sentence) crosswoz(to["crosswoz_zh"]);
      if (wanted("bitext")) plain(to["bitext"], "bitext-support-en", encoder);
    }
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    out["peak_memory_mib"] = usage.ru_maxrss / 1024;
    return out;
  }

 private:
  using Encoder = std::shared_ptr<const ai::SentenceEncoder>;

  bool wanted(const std::string& set) const {
    return options_.only.empty() ||
           ("," + options_.only + ",").find("," + set + ",") != std::string::npos;
  }
  std::optional<Examples> read(const char* set, const std::string& part,
                               bool context = false) const {
    return read_set(options_.data / set / (part + ".tsv"), context);
  }
  // Published results train on what thresholds are chosen with as well; where a threshold is chosen
  // here, they stay apart.
  void clinc150(ordered_json& out, const Encoder& encoder) const {
    const auto train = read("clinc150", "train");
    const auto valid = read("clinc150", "valid");
    const auto test = read("clinc150", options_.part);
    const auto oos = read("clinc150", "oos_" + options_.part);
    if (!train || !valid || !test || !oos) return;
    for (const bool labelled : {true, false}) {
      Examples examples = *train;
      if (labelled) append(examples, read("clinc150", "oos_train"));
      auto [model, cost] = train_measured(examples, encoder, 1);
      const auto in_valid = answers(*model, *valid);
      const auto in = answers(*model, *test);
      const auto away = answers(*model, *oos);
      ordered_json& to = out[labelled ? "with_100_labelled_rejects" : "without_labelled_rejects"];
      to["accuracy_in_scope"] = rounded(accuracy(in));
      for (const double keep : {93.0, 93.5, 94.0}) {
        const float threshold = threshold_keeping(in_valid, keep);
        to["threshold_keeping_" + std::to_string(keep).substr(0, 4) + "_of_valid"] = {
            {"in_scope", rounded(kept_right(in, threshold))},
            {"out_of_scope_recall", rounded(rejected(away, threshold))}};
      }
      to["area_under_roc"] = rounded(area(in, away), 10000);
      to["calibration_error_in_scope"] = rounded(calibration_error(in), 10000);
      const ai::Zones zones = model->suggested_zones();
      to["zones"] = {{"act", zones.act},
                     {"ask", rounded(static_cast<double>(zones.ask), 1000)},
                     {"in_scope_acted_right", rounded(kept_right(in, zones.act))},
                     {"in_scope_handed_over", rounded(rejected(in, zones.ask))},
                     {"out_of_scope_acted", rounded(100 - rejected(away, zones.act))},
                     {"out_of_scope_handed_over", rounded(rejected(away, zones.ask))}};
      to["latency"] = latency(*model, *test);
      to["cost"] = cost;
    }
  }

  void plain(ordered_json& out, const char* set, const Encoder& encoder) const {
    auto train = read(set, "train");
    const auto test = read(set, options_.part);
    if (!train || !test) return;
    if (options_.part == "test") append(*train, read(set, "valid"));
    auto [model, cost] = train_measured(*train, encoder, 1);
    const auto list = answers(*model, *test);
    out["accuracy"] = rounded(accuracy(list));
    out["calibration_error"] = rounded(calibration_error(list), 10000);
    out["latency"] = latency(*model, *test);
    out["cost"] = cost;
  }

  void banking77(ordered_json& out, const Encoder& encoder) const {
    plain(out, "banking77", encoder);
  }

  void banking77_oos(ordered_json& out, const Encoder& encoder) const {
    const auto train = read("banking77", "oos50_train");
    const auto valid = read("banking77", "oos50_valid");
    const auto test = read("banking77", "oos50_" + options_.part);
    if (!train || !valid || !test) return;
    auto [model, cost] = train_measured(*train, encoder, 1);
    const auto in_valid = answers(*model, *valid);
    const auto in = answers(*model, *test);
    const float threshold = threshold_keeping(in_valid, accuracy(in_valid) - 2);
    out["accuracy_in_scope"] = rounded(accuracy(in));
    out["in_scope_at_minus_2"] = rounded(kept_right(in, threshold));
    for (const auto& [name, file] :
         std::map<std::string, std::string>{{"near", "oos50_idoos_"}, {"far", "oos50_oodoos_"}}) {
      const auto oos = read("banking77", file + options_.part);
      if (!oos) continue;
      const auto away = answers(*model, *oos);
      out[name] = {{"recall_at_minus_2", rounded(rejected(away, threshold))},
                   {"area_under_roc", rounded(area(in, away), 10000)}};
    }
    out["cost"] = cost;
  }

  // The sets' own few-shot files, which published figures are of, and three draws of the training
  // part, which show how much one draw says.
  void few_shot(ordered_json& out, const Encoder& encoder) const {
    for (const char* set : {"clinc150", "banking77"}) {
      const auto train = read(set, "train");
      const auto test = read(set, options_.part);
      if (!train || !test) continue;
      for (const char* file : {"train_5", "train_10"}) {
        const auto own = read(set, file);
        if (!own) continue;
        auto [model, cost] = train_measured(*own, encoder, 1);
        out[set][file] = {{"accuracy", rounded(accuracy(answers(*model, *test)))}, {"cost", cost}};
      }
      double sum = 0;
      ordered_json seeds = ordered_json::array();
      for (unsigned seed = 1; seed <= 3; ++seed) {
        auto [model, cost] = train_measured(draw(*train, 10, seed), encoder, seed);
        const double value = accuracy(answers(*model, *test));
        seeds.push_back(rounded(value));
        sum += value;
      }
      out[set]["draws_of_10"] = {{"accuracy_mean", rounded(sum / 3)}, {"draws", seeds}};
    }
  }

  // The set has no validation part: --part valid measures on a third of the training part.
  void crosswoz(ordered_json& out) const {
    for (const bool context : {false, true}) {
      auto train = read("crosswoz-intent-zh", "train", context);
      auto test = read("crosswoz-intent-zh", "test", context);
      if (!train || !test) return;
      if (options_.part == "valid") {
        const auto cut = train->begin() + static_cast<std::ptrdiff_t>(train->size() * 2 / 3);
        test = Examples(cut, train->end());
        train->erase(cut, train->end());
      }
      auto [model, cost] = train_measured(*train, nullptr, 1);
      ordered_json& to = out[context ? "with_line_before_as_context" : "message_alone"];
      to["accuracy"] = rounded(accuracy(answers(*model, *test)));
      to["latency"] = latency(*model, *test);
      to["cost"] = cost;
    }
  }

  Options options_;
  Encoder encoder_;
};

}  // namespace
}  // namespace wk::bench

int main(int count, char** arguments) {
  wk::bench::Options options;
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string name = arguments[i];
    if (name == "--data") options.data = arguments[i + 1];
    if (name == "--sentence") options.sentence = arguments[i + 1];
    if (name == "--part") options.part = arguments[i + 1];
    if (name == "--only") options.only = arguments[i + 1];
  }
  std::shared_ptr<const wk::ai::SentenceEncoder> encoder;
  if (!options.sentence.empty()) {
    auto opened = wk::ai::open_sentence_model(options.sentence);
    if (!opened) {
      std::fprintf(stderr, "%s\n", opened.error().context.c_str());
      return 1;
    }
    encoder = std::move(*opened);
  }
  std::puts(wk::bench::Suite(options, encoder).run().dump(2).c_str());
}
