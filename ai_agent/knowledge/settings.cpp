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

// From CMRC 2018, with its titles and without: a site's titles may be names that questions say, or not. With meaning nothing was learned, for want of
// a public set of English passages: what is said by words is taken alone, as it was learned without the lead over the next entries, which have
// some meaning in common with every question, and the margin brought to the scale of a score that is 0.7 words.
KindSettings text_settings() {
  KindSettings text;
  text.margin_share_max = 0.6F;
  text.by_words.found = {{3.57F, 3.57F, 0, 0, 4.76F, -0.81F, -7.83F, -2.24F, -0.60F, 3.04F, 1.15F}, -0.26F};
  text.by_words.found_from = 0.65F;
  text.by_words.sure = {{-1.88F, -1.88F, 0, 24.51F, 1.50F, 0.28F, -0.68F, 2.29F, 0.59F, 5.18F}, -5.72F};
  text.by_words.sure_from = 0.3F;
  text.with_meaning.found = {{0, 6.37F, 0, -1.09F, 5.18F, -0.73F, -6.81F, 0, -0.27F, 3.07F}, -1.45F};
  text.with_meaning.found_from = 0.65F;
  text.with_meaning.sure = {{0, -1.47F, 0, 35.0F, 1.50F, 0.28F, -0.68F, 0, 0.59F, 5.18F}, -5.72F};
  text.with_meaning.sure_from = 0.3F;
  return text;
}

}  // namespace wk::ai
