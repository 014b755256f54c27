// What learn_gate.mjs learns the gate from.
#pragma once

#include <filesystem>

#include "ai_agent/text/sentence_encoder.hpp"

namespace wk::bench {

// Writes the signals of the best hit of every question, with what came of it: right, wrong, or a stranger, which nothing answers. `encoder`
// may be null: then by words alone.
int write_signals(const std::filesystem::path& data, const ai::SentenceEncoder* encoder, const std::filesystem::path& out);

}  // namespace wk::bench
