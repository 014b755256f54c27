// How long the index takes at a size: reading in, saving, opening, searching, changing.
#pragma once

#include <cstddef>

#include "ai_agent/knowledge/settings.hpp"
#include "bench/ai/retrieval_sets.hpp"

namespace wk::bench {

// Makes `passages` articles of one passage each out of the set's sentences, in an order of their
// own (a fixed seed).
int run_load(const RetrievalSet& set, std::size_t passages, const ai::KnowledgeSettings& settings);

}  // namespace wk::bench
