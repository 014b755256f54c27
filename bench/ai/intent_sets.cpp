#include "intent_sets.hpp"

#include <fstream>
#include <map>
#include <random>

namespace wk::bench {

std::optional<Examples> read_set(const std::filesystem::path& file, bool context) {
  std::ifstream in(file);
  if (!in) return std::nullopt;
  Examples out;
  std::string before;
  for (std::string line; std::getline(in, line);) {
    const std::size_t tab = line.find('\t');
    if (tab == std::string::npos) continue;
    std::string label = line.substr(0, tab);
    if (label == "oos") label.clear();
    std::string text = line.substr(tab + 1);
    out.push_back({std::move(label), text, context ? before : std::string()});
    before = std::move(text);
  }
  return out;
}

Examples draw(const Examples& from, std::size_t count, unsigned seed) {
  std::map<std::string, std::vector<const ai::TrainingExample*>> by_intent;
  for (const auto& e : from) by_intent[e.intent].push_back(&e);
  std::mt19937 random(seed);
  Examples out;
  for (auto& [intent, list] : by_intent) {
    for (std::size_t i = list.size(); i > 1; --i) std::swap(list[i - 1], list[random() % i]);
    for (std::size_t i = 0; i < std::min(count, list.size()); ++i) out.push_back(*list[i]);
  }
  return out;
}

void append(Examples& to, const std::optional<Examples>& more) {
  if (more) to.insert(to.end(), more->begin(), more->end());
}

}  // namespace wk::bench
