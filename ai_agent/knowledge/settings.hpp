// How the index weighs, and when it says that nothing was found. What the defaults reach: docs/ai.md. Those of texts were chosen by
// measuring; the gate of FAQs by words is cautious: most questions in other words than the entry's are asked back.
#pragma once

#include <cstddef>

namespace wk::ai {

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
  // "Nothing found" below: of the score by words alone, and of that with meaning.
  float gate = 0.30F;
  float gate_with_meaning = 0.30F;
};

struct KnowledgeSettings {
  // A change of this one asks for building the index anew: it is in the file.
  std::size_t passage_bytes_max = 1600;
  KindSettings faq{.k1 = 1.2F,
                   .b = 0.4F,
                   .question_word_weight = 0.25,
                   .lexical_weight = 0.3F,
                   .gate = 0.30F,
                   .gate_with_meaning = 0.45F};
  KindSettings text{};
};

}  // namespace wk::ai
