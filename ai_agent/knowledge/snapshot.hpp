// The index as it is at one moment, and searching in it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ai_agent/knowledge/entry.hpp"
#include "ai_agent/knowledge/gate.hpp"
#include "ai_agent/knowledge/segment.hpp"
#include "ai_agent/knowledge/settings.hpp"
#include "ai_agent/text/sentence_encoder.hpp"

namespace wk::ai {

struct KnowledgeHit {
  KnowledgeEntryId entry;
  std::uint64_t revision = 0;  // of the entry that was searched
  EntryKind kind = EntryKind::kArticle;
  std::uint32_t passage = 0;  // its number; of an FAQ the phrasing's, 0 is the title
  // Bytes of the entry's body; of an FAQ all of the phrasing.
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::string heading;
  // The probability that it answers the question, by the signals below. Of one kind of entry none is behind one with a lower score.
  float score = 0;
  float gate = 0;  // what the score had to reach
  // Something like this was asked, if not this: near enough to ask whether it was meant. All are that pass.
  bool near = false;
  // Whether meanings were compared, not words alone.
  bool with_meaning = false;
  GateSignals signals{};

  bool passes() const { return score >= gate; }
  float signal(GateSignal which) const { return signals[static_cast<std::size_t>(which)]; }
};

struct KnowledgeAnswer {
  // Best first, by score / gate. Those that do not pass are what came nearest.
  std::vector<KnowledgeHit> hits;

  // False: nothing here answers the question.
  bool found() const { return !hits.empty() && hits.front().passes(); }
};

struct KnowledgeQuery {
  std::string_view text;
  std::size_t hits_max = 5;
  std::size_t passages_per_entry_max = 2;  // of an FAQ always its best phrasing alone
  bool faqs = true;
  bool texts = true;
};

// Everything of one kind of scoring (FAQs, or texts), and what BM25 needs to know of all of it.
struct Collection {
  std::vector<SegmentView> segments;
  std::uint64_t passages = 0;
  std::uint64_t terms_total = 0;

  void count();  // passages and terms_total from the segments
};

// Immutable: any thread. A reader keeps the segments it reads alive.
class KnowledgeSnapshot {
 public:
  // `encoder` may be null, and outlives the snapshot.
  KnowledgeSnapshot(const KnowledgeSettings& settings, const SentenceEncoder* encoder)
      : settings_(settings), encoder_(encoder) {}

  KnowledgeAnswer search(const KnowledgeQuery& query) const;
  // Whether every word of the text stands in some passage, or stood in one whose place nobody has tidied up yet.
  bool knows(std::string_view text) const;

  Collection faqs;
  Collection texts;

  std::size_t passages() const { return faqs.passages + texts.passages; }
  std::size_t bytes() const;

 private:
  KnowledgeSettings settings_;
  const SentenceEncoder* encoder_;
};

}  // namespace wk::ai
