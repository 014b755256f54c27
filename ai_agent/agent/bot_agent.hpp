// The AI agent as a reader of the log: told of each message that a visitor writes to it, it has one turn made of it and appends that.
//
// Its cursor is in the log itself: BotDecided.through_seq says what a conversation has been answered up to, and the fold keeps it. Whatever is
// not answered when a process starts is answered then, and what is answered is refused a second time by decide() (decision 0014).
// It never stands between people: a message is acked and shown before it is told here.
//
// Where a language model is configured, a turn goes on to `writers`, whose threads wait for it; as much as is written of it is typed live. So does a turn
// whose dialogue flow asks a tool.
//
// Loop-bound to `executor`; on_change(), start() and tick() may come from any thread. Thinking and reading run on `pool`.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <stop_token>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "ai_agent/agent/brain.hpp"
#include "ai_agent/agent/grounded_answer.hpp"
#include "base/executor.hpp"
#include "core/session/conversation_service.hpp"
#include "core/session/presence.hpp"

namespace wk::ai {

class BotAgent final : public CommitListener, public BotTrial {
 public:
  struct Deps {
    Executor& executor;
    ConversationService& conversations;
    ConversationStore& store;
    Directory& directory;
    const Presence& presence;
    const Brain& brain;
    const SiteNames& names;
    ThreadPool& pool;
    const Clock& clock;
    // What dialogue flows may ask.
    const ToolBox& tools;
    // Null: no language model.
    const GroundedAnswer* grounded = nullptr;
    // Null where there is neither a language model nor a tool.
    ThreadPool* writers = nullptr;
    // Shows what is being written to who reads along. Thread-safe.
    std::function<void(v1::TypingSignal)> typing{};
  };
  explicit BotAgent(Deps deps) : deps_(deps) {}

  // Once, when the loops run and the knowledge is loaded: looks for what was left unanswered.
  void start();
  void on_change(const SummaryPtr& before, const SummaryPtr& after) override;
  // Hands over what a site has whose AI agent was switched off; retries. Call about once a second.
  void tick();
  // Nobody waits for a language model any more: what is being written becomes the direct answer. Thread-safe; for the end.
  void stop_writing() { stop_writing_.request_stop(); }

  Result<v1::TryBotAnswer> try_out(const v1::TryBotRequest& request) override;
  v1::BotToolList tools(SiteId site) const override;

  struct Figures {
    std::uint64_t turns = 0;
    std::uint64_t answered = 0;
    std::uint64_t handed_over = 0;
    std::uint64_t failed = 0;
    std::uint64_t waiting = 0;
  };
  Figures figures() const;

 private:
  struct Writing;
  // A conversation that wants a turn, and what is known of it without asking the store.
  struct Wanted {
    ConversationId id{};
    SiteId site{};
    // As it was told; null where it was looked for.
    SummaryPtr summary{};
  };
  struct Turn {
    Wanted wanted;
    unsigned tries = 0;
    // The visitor wrote more meanwhile.
    bool again = false;
    // And with it asked for a person.
    bool person_wanted = false;
    // Of a turn that a language model writes, or wrote.
    std::shared_ptr<Writing> writing{};
    // What was learned for the contact is in the log. Its own id of before, so that a second try is none.
    bool contact_kept = false;
    std::string contact_client_id{};
  };
  struct Made;

  void want(Wanted wanted);
  void begin(Wanted wanted);
  // On the pool.
  Made make(const Wanted& wanted) const;
  // On to a language model, if there is one and it has something to write from, or to a tool, if a flow asks one; where a thread is free.
  bool begin_writing(ConversationId id, const std::shared_ptr<Made>& made);
  // On a thread of `writers`.
  void finish(ConversationId id, Made& made, Writing& writing) const;
  v1::BotTurn write(ConversationId id, const Made& made, Writing& writing) const;
  // Behind the turn, on the same thread: nobody waits for it.
  void summarise(const Made& made, const Writing& writing) const;
  void end_writing(ConversationId id, const std::shared_ptr<Made>& made);
  void type(const Writing& writing, bool active) const;
  void store(ConversationId id, std::shared_ptr<const Made> made);
  // Before the turn: whoever finds the turn in the log finds this too, and where the process ends in between the turn is made again, of a contact
  // that has it by then.
  void keep_contact(ConversationId id, std::shared_ptr<const Made> made);
  void end(ConversationId id);
  void begin_next();
  // Whether people are there for what is asked, or when they are back.
  void look_for_people(BotQuestion& question, const v1::Site* site) const;
  // Where they are not: whether they know how to reach who asks. Blocks.
  bool reachable(const v1::ConversationSummary& summary, const BotQuestion& question) const;
  // Of what was learned what the contact does not have. Blocks.
  v1::ContactChanged not_known(ContactId contact, v1::ContactChanged learned) const;
  // Straight to people, without a thought and without asking the store.
  void give_up(const Wanted& wanted);
  void look_for_unanswered();

  Deps deps_;
  bool started_ = false;
  std::unordered_map<ConversationId, Turn> turns_;
  std::size_t writing_ = 0;
  mutable Summaries summaries_;
  std::stop_source stop_writing_;
  std::deque<Wanted> waiting_;
  std::unordered_set<ConversationId> waits_;
  // To be tried again with the next tick.
  std::vector<std::pair<ConversationId, std::shared_ptr<const Made>>> again_;
  // Left by the process before, or by a site that switched off: taken up as there is room.
  std::vector<Wanted> left_;
  bool look_again_ = false;
  bool looking_ = false;
  unsigned looks_left_ = 0;
  // Sites whose AI agent was on at the last tick, or had something to do since.
  std::unordered_set<SiteId> on_;

  // As writing_, for on_change().
  std::atomic<std::size_t> writing_count_{0};
  std::atomic<unsigned> trials_{0};
  std::atomic<std::uint64_t> turns_made_{0};
  std::atomic<std::uint64_t> answered_{0};
  std::atomic<std::uint64_t> handed_over_{0};
  std::atomic<std::uint64_t> failed_{0};
  std::atomic<std::uint64_t> waiting_count_{0};
};

}  // namespace wk::ai
