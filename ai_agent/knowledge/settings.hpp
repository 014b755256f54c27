// How the index weighs, and when it says that nothing was found. All of it was chosen by measuring (docs/ai.md).
#pragma once

#include <cstddef>

#include "ai_agent/knowledge/gate.hpp"

namespace wk::ai {

// Two questions, each with the probability from which it is taken as yes.
struct GateSettings {
  // Is there something that answers? If not, "nothing found".
  GateModel found;
  float found_from = 0.5F;
  // Is it this? Then it is the answer; if not, one asks back.
  GateModel sure;
  float sure_from = 0.4F;
};

// FAQ phrasings and passages are scored apart: short questions and long texts do not share
// statistics.
struct KindSettings {
  // BM25: how soon repetition stops counting, and how much length does.
  float k1 = 1.5F;
  float b = 0.4F;
  // How much words of asking ("how", "什么") count beside others; 0: not at all.
  float question_word_weight = 0;
  // The score is this much by words and the rest by meaning, where there are vectors of both
  // question and passage.
  float lexical_weight = 0.7F;
  // The score of an entry is this much the mean of its best three passages or phrasings, and the rest its best.
  float support_weight = 0;
  // Of the score: a larger margin to the next entry says no more. Among few entries it is often all of the score.
  float margin_share_max = 1.0F / 3;
  GateSettings by_words{};
  GateSettings with_meaning{};
};

KindSettings faq_settings();
KindSettings text_settings();

struct KnowledgeSettings {
  // A change of this one asks for building the index anew: it is in the file.
  std::size_t passage_bytes_max = 1600;
  KindSettings faq = faq_settings();
  KindSettings text = text_settings();
};

}  // namespace wk::ai
