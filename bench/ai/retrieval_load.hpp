// How long the index takes at a size: reading in, saving, opening, searching, changing.
#pragma once

#include <cstddef>

#include "ai_agent/knowledge/settings.hpp"
#include "ai_agent/text/sentence_encoder.hpp"
#include "bench/ai/retrieval_sets.hpp"

namespace wk::bench {

// Makes `passages` articles of one passage each out of the set's sentences, in an order of their
// own (a fixed seed).
int run_load(const RetrievalSet& set, std::size_t passages, const ai::KnowledgeSettings& settings);

// The same of `phrasings` phrasings of English FAQs, each made of two sentences of `sentences`, by words and meaning; `questions` are asked.
int run_faq_load(const std::vector<Row>& sentences, const std::vector<Row>& questions, std::size_t phrasings, const ai::KnowledgeSettings& settings,
                 const ai::SentenceEncoder& encoder);

}  // namespace wk::bench
