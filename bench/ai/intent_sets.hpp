// Public sets of labelled messages, one file a part, `label<TAB>text` a line.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "ai_agent/intent/trainer.hpp"

namespace wk::bench {

using Examples = std::vector<ai::TrainingExample>;

// nullopt: no such file. The label "oos" becomes "of no intent". `context`: each line's context is
// the text of the line before.
std::optional<Examples> read_set(const std::filesystem::path& file, bool context = false);

// `count` examples of each intent, drawn by `seed`.
Examples draw(const Examples& from, std::size_t count, unsigned seed);

void append(Examples& to, const std::optional<Examples>& more);

}  // namespace wk::bench
