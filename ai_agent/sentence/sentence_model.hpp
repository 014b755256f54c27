// Universal Sentence Encoder lite for English: 8,000 pieces, two transformer layers, a unit vector
// of 512. Weights in int8.
#pragma once

#include <filesystem>
#include <memory>

#include "ai_agent/text/sentence_encoder.hpp"
#include "base/result.hpp"

namespace wk::ai {

// The file that ai_agent/sentence/convert.mjs writes. kNotFound where there is none, which is no
// fault: intent and retrieval then go without; kCorrupt for one that is damaged or of another
// version. It stays in memory, 7 MB; each thread that encodes keeps up to 2 MB to work in.
Result<std::unique_ptr<const SentenceEncoder>> open_sentence_model(
    const std::filesystem::path& file);

}  // namespace wk::ai
