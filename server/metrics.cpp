#include "server/metrics.hpp"

#include "server/allocator.hpp"

#include <fmt/format.h>

#include <array>
#include <fstream>

namespace wk {
namespace {

class Text {
 public:
  template <typename T>
  void add(std::string_view type, std::string_view name, std::string_view help, T value) {
    text_ += fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n{0} {3}\n", name, help, type, value);
  }
  template <typename T>
  void counter(std::string_view name, std::string_view help, T value) { add("counter", name, help, value); }
  template <typename T>
  void gauge(std::string_view name, std::string_view help, T value) { add("gauge", name, help, value); }
  // One of several with the same name; the first of them has said what it is.
  template <typename T>
  void labelled(std::string_view name, std::string_view labels, T value) {
    text_ += fmt::format("{}{{{}}} {}\n", name, labels, value);
  }
  void head(std::string_view type, std::string_view name, std::string_view help) {
    text_ += fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n", name, help, type);
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

struct Door {
  RefusedAt where;
  std::string_view labels;
};
constexpr std::array<Door, kRefusedAtCount> kDoors{{
    {RefusedAt::kAcceptConnections, R"(door="accept",reason="connections_per_address")"},
    {RefusedAt::kAcceptNewConnections, R"(door="accept",reason="new_connections_per_address")"},
    {RefusedAt::kAcceptCut, R"(door="accept",reason="cut")"},
    {RefusedAt::kSessionAddress, R"(door="handshake",reason="sessions_per_address")"},
    {RefusedAt::kSessionSite, R"(door="handshake",reason="sessions_per_site")"},
    {RefusedAt::kHelloAddress, R"(door="handshake",reason="hellos_per_address")"},
    {RefusedAt::kHelloSite, R"(door="handshake",reason="hellos_per_site")"},
    {RefusedAt::kMessageVisitor, R"(door="message",reason="messages_per_visitor")"},
    {RefusedAt::kMessageSite, R"(door="message",reason="messages_per_site")"},
    {RefusedAt::kTypingVisitor, R"(door="message",reason="typing_per_visitor")"},
}};

void add_admission(Text& text, const AdmissionFigures& figures) {
  constexpr std::string_view kRefused = "weikeyi_admission_refused_total";
  text.head("counter", kRefused, "What was refused at a door because of a limit. Agents who went on are in weikeyi_admission_exempted_total.");
  for (const Door& door : kDoors) text.labelled(kRefused, door.labels, figures.get(door.where));
  text.counter("weikeyi_admission_exempted_total", "Requests and sockets of agents from addresses over a limit.", figures.exempted());
}

// Of this process, in bytes (proc(5), statm's second field).
std::uint64_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::uint64_t total = 0;
  std::uint64_t resident = 0;
  statm >> total >> resident;
  return resident * 4096;
}

}  // namespace

std::string metrics_text(const MetricsSource& source) {
  Text text;
  text.counter("weikeyi_appends_total", "Appends that became events.", source.broker.appended);
  text.counter("weikeyi_appends_deduplicated_total", "Appends that had been stored before.", source.broker.deduplicated);
  text.counter("weikeyi_appends_refused_total", "Appends that were refused.", source.broker.refused);
  text.counter("weikeyi_commits_total", "Group commits.", source.broker.commits);
  text.gauge("weikeyi_conversations_loaded", "Conversations whose state is in memory.", source.broker.conversations_loaded);
  text.gauge("weikeyi_journal_bytes", "Journal that some reader still needs.",
             source.storage.journal_end.value - source.storage.journal_begin.value);
  text.gauge("weikeyi_warm_lag_bytes", "Journal the warm tier has not taken over.",
             source.storage.journal_end.value - source.storage.warm_reader.cursor.value);
  text.gauge("weikeyi_search_lag_bytes", "Journal the search index has not taken over.",
             source.storage.journal_end.value - source.storage.search_reader.cursor.value);
  text.counter("weikeyi_archived_events_total", "Events moved from the warm tier to the archive.", source.storage.archived_events);
  text.gauge("weikeyi_visitors_online", "Conversations with a visitor connected.", source.presence->visitors_online());
  add_admission(text, *source.admission);
  std::uint64_t accepts = 0;
  std::uint64_t received = 0;
  std::uint64_t sent = 0;
  for (const LoopStats* loop : source.loops) {
    accepts += loop->accepts;
    received += loop->bytes_received;
    sent += loop->bytes_sent;
  }
  text.counter("weikeyi_connections_accepted_total", "Connections accepted.", accepts);
  text.counter("weikeyi_bytes_received_total", "Bytes read from sockets.", received);
  text.counter("weikeyi_bytes_sent_total", "Bytes written to sockets.", sent);
  text.gauge("weikeyi_api_calls_queued", "REST calls that wait for a thread.", source.api_queued);
  text.gauge("weikeyi_storage_calls_queued", "Storage calls that wait for a thread.", source.storage_queued);
  text.counter("weikeyi_bot_turns_total", "Turns of the AI agent that were stored.", source.bot.turns);
  text.counter("weikeyi_bot_answered_total", "Of which were answers.", source.bot.answered);
  text.counter("weikeyi_bot_handed_over_total", "Of which gave the conversation to people.", source.bot.handed_over);
  text.counter("weikeyi_bot_failed_total", "Turns that could not be stored; the conversation is looked at again.", source.bot.failed);
  text.gauge("weikeyi_bot_waiting", "Conversations that wait for a turn.", source.bot.waiting);
  if (source.llm) {
    text.counter("weikeyi_llm_answers_total", "Answers that language models gave.", source.llm->answers);
    text.counter("weikeyi_llm_cached_total", "Answers that had been given to the same prompt before.", source.llm->from_cache);
    text.counter("weikeyi_llm_failures_total", "Calls that gave no answer.", source.llm->failures);
    text.counter("weikeyi_llm_over_budget_total", "Calls that were not made because the budget is used up.", source.llm->over_budget);
    text.counter("weikeyi_llm_prompt_tokens_total", "Tokens sent.", source.llm->prompt_tokens);
    text.counter("weikeyi_llm_completion_tokens_total", "Tokens received.", source.llm->completion_tokens);
    text.gauge("weikeyi_llm_providers_open", "Providers that are left alone for a while.", source.llm->providers_open);
  }
  text.counter("weikeyi_sentence_vectors_read_total", "Sentence vectors that had been computed before.", source.sentence_vectors.hits);
  text.counter("weikeyi_sentence_vectors_computed_total", "Sentence vectors that went through the model.", source.sentence_vectors.misses);
  text.gauge("weikeyi_sentence_vectors", "Sentence vectors that are kept.", source.sentence_vectors.vectors);
  text.gauge("process_resident_memory_bytes", "Resident memory size in bytes.", resident_bytes());
  if (const auto allocated = allocated_bytes()) text.gauge("weikeyi_allocated_bytes", "Memory the program holds.", *allocated);
  text.gauge("weikeyi_up_seconds", "Since the start.", source.up_seconds);
  return text.take();
}

}  // namespace wk
