// The models that tell a site's questions apart: which entry is meant, and how sure that is. Trained in the background from the entries'
// phrasings, kept in versions, swapped while questions are answered.
//
// A site with FAQ entries of its own has a model of those and of every site's; the others share one of every site's.
#pragma once

#include <condition_variable>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string_view>
#include <thread>
#include <vector>

#include "ai_agent/agent/intent_examples.hpp"
#include "ai_agent/intent/intent_model.hpp"
#include "base/clock.hpp"
#include "core/ports/intent_training.hpp"

namespace wk::ai {

struct IntentGuess {
  Zone zone = Zone::kHandOver;
  // Probability that the first candidate is meant, and what kAct wants.
  float confidence = 0;
  float wanted = 0;
  // When the model was made: of entries changed since it knows nothing.
  std::int64_t trained_ms = 0;
  // The likeliest first, two or three; it may have been erased since.
  std::vector<KnowledgeEntryId> candidates;
};

// Thread-safe. Everything but classify() and note_change() blocks (files; train_next() for up to a minute).
class IntentService final : public IntentTraining {
 public:
  // `store` and `clock` outlive it. `encoder` may be null: words alone. Models are kept in `directory`.
  IntentService(KnowledgeStore& store, std::filesystem::path directory, std::shared_ptr<const SentenceEncoder> encoder, const Clock& clock);
  ~IntentService() override { stop(); }

  // Takes up the models there are; whatever does not fit the entries any more is trained. Until it has run there are none.
  Result<void> load();
  // A thread of its own, of low priority, that trains what is due; until stop().
  void start();
  void stop();
  // An entry of this site (SiteId{}: of every site) was written or erased.
  void note_change(SiteId site);
  // Trains one that is due. False: none was.
  bool train_next(const std::stop_token& stop);

  // Not set: there is no model for this site, or nothing to read in the text.
  std::optional<IntentGuess> classify(SiteId site, std::string_view text) const;

  v1::IntentStatus status(SiteId site) override;
  Result<v1::IntentModelVersion> version(SiteId site, std::uint32_t version) override;
  Result<void> train(SiteId site) override;
  Result<void> activate(SiteId site, std::uint32_t version) override;

 private:
  struct Set {
    // As in its file: versions with everything, active and pinned version.
    v1::IntentStatus kept;
    std::shared_ptr<const IntentModel> model;
    // Since when, and until when, entries changed that no training has seen.
    std::optional<SteadyTime> changed_first;
    SteadyTime changed_last{};
    bool asked_for = false;
    bool running = false;
  };
  using Sets = std::map<SiteId, Set>;

  // The one that answers for this site. Requires: mutex_ held.
  Sets::const_iterator set_for(SiteId site) const;
  SiteId key_for(SiteId site) const;
  bool due(const Set& set) const;
  std::optional<SiteId> take_due();
  void train_set(SiteId site, const std::stop_token& stop);
  // What a training came to: a new version, or nothing.
  // read_ms: when the examples were read.
  Result<void> adopt(SiteId site, const IntentExamples& examples, const TrainedModel& trained, std::int64_t read_ms, std::uint32_t took_ms);
  // There is nothing to train from any more.
  void drop(SiteId site);
  void finish(SiteId site, const IntentExamples* examples, std::string failure);
  void load_set(SiteId site);
  Result<void> write(SiteId site, const v1::IntentStatus& kept) const;
  std::string encoder_name() const { return encoder_ ? std::string(encoder_->name()) : std::string(); }
  std::filesystem::path list_file(SiteId site) const;
  std::filesystem::path model_file(SiteId site, std::uint32_t version) const;

  KnowledgeStore& store_;
  const std::filesystem::path directory_;
  const std::shared_ptr<const SentenceEncoder> encoder_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  Sets sets_;
  // Writers of files follow one another.
  std::mutex files_;
  std::jthread thread_;
};

}  // namespace wk::ai
