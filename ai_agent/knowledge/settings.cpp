#include "ai_agent/knowledge/settings.hpp"

namespace wk::ai {

// Learned by bench/ai/learn_gate.mjs from BANKING77, CLINC150, Bitext and, by words, CrossWOZ.
KindSettings faq_settings() {
  KindSettings faq;
  faq.k1 = 1.2F;
  faq.question_word_weight = 0.25F;
  faq.lexical_weight = 0.5F;
  faq.support_weight = 0.3F;
  faq.by_words.found = {{4.65F, 4.09F, 0, 5.11F, 0.38F, -1.96F, -4.61F, 5.97F, 0.70F}, -0.94F};
  faq.by_words.sure = {{0.64F, -2.24F, 0, 37.48F, -2.76F, -0.25F, -1.50F, 7.35F, 0.23F}, -1.78F};
  faq.by_words.sure_from = 0.5F;
  faq.with_meaning.found = {{4.24F, 0.97F, 3.19F, 0.52F, 1.06F, -0.05F, -1.56F, 9.29F, 0.18F}, -5.98F};
  faq.with_meaning.sure = {{2.18F, 1.80F, -0.83F, 25.11F, -1.46F, -0.02F, -0.68F, 6.15F, 0.27F}, -4.92F};
  return faq;
}

// From CMRC 2018. With meaning nothing was learned, for want of a public set of English passages: what is said by words is taken alone, and the
// margin brought to the scale of a score that is 0.7 words.
KindSettings text_settings() {
  KindSettings text;
  text.margin_share_max = 0.6F;
  text.by_words.found = {{3.10F, 3.10F, 0, 0.52F, 4.29F, 0.05F, -5.56F, 1.07F, -0.16F}, -1.96F};
  text.by_words.found_from = 0.7F;
  text.by_words.sure = {{-1.42F, -1.42F, 0, 22.30F, 0.84F, 0.30F, -1.25F, 3.15F, 0.63F}, -5.43F};
  text.by_words.sure_from = 0.3F;
  text.with_meaning.found = {{0, 7.27F, 0, 0.74F, 4.29F, 0.05F, -5.56F, 0, -0.16F}, -1.96F};
  text.with_meaning.found_from = 0.7F;
  text.with_meaning.sure = {{0, 0.31F, 0, 31.9F, 0.84F, 0.30F, -1.25F, 0, 0.63F}, -5.43F};
  text.with_meaning.sure_from = 0.3F;
  return text;
}

}  // namespace wk::ai
