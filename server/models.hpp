// The AI agent's model files: made by the build, found beside the binary.
#pragma once

#include <filesystem>
#include <memory>

#include "ai_agent/sentence/embedding_cache.hpp"
#include "ai_agent/text/sentence_encoder.hpp"

namespace wk {

// Where model files are if nothing else is said: beside the binary (as the build leaves them), or in ../share/weikeyi of it (as they are
// installed). Empty: in neither.
std::filesystem::path models_directory();

// The sentence model of `directory`, or of models_directory() if that is empty. Null where there is none or it is damaged, which the log
// says: the AI agent then goes by words alone.
std::shared_ptr<const ai::SentenceEncoder> open_sentence_encoder(const std::filesystem::path& directory);

// With what it computed before, in `file`. Null where there is no encoder, or the file cannot be opened, which the log says.
std::shared_ptr<const ai::CachedEncoder> with_cache(std::shared_ptr<const ai::SentenceEncoder> encoder, const std::filesystem::path& file);

}  // namespace wk
