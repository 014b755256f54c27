// Bounds of the AI agent, and what happens at each.
#pragma once

#include <cstddef>

#include "base/clock.hpp"

namespace wk::ai::agent_limits {

// Turns being thought about or stored at a time; more wait.
inline constexpr std::size_t kTurnsInFlightMax = 32;
// Conversations that wait for a turn; one more goes to people at once.
inline constexpr std::size_t kTurnsWaitingMax = 4'096;
// Answers that language models write, and flows that ask tools, at a time, of the turns above; what comes then is answered without a model, and a
// flow goes to people.
inline constexpr std::size_t kWritersMax = 16;
// The same on the test bench.
inline constexpr unsigned kTrialsWrittenMax = 2;
// What was said before, for a model: of so many events.
inline constexpr std::size_t kHistoryEventsRead = 80;
// Summaries of long conversations that are kept; of each, so many of the newest turns are not part of it, and it has so many bytes.
inline constexpr std::size_t kSummariesKept = 2'000;
inline constexpr std::size_t kTurnsNotSummarised = 4;
inline constexpr std::size_t kSummaryBytesMax = 4'000;
// Of what a model can read, for what it summarises.
inline constexpr double kSummaryReadsShare = 0.6;
// Texts that are written for agents at a time, and so many wait; one more is told to try again. Of such a text, before and after.
inline constexpr std::size_t kAssistsMax = 4;
inline constexpr std::size_t kAssistsWaitingMax = 16;
inline constexpr std::size_t kWritingBytesMax = 8'000;
// A conversation's digest: events that are looked at, the newest; bytes of it; of a quotation in it; turns of the AI agent that are told.
inline constexpr std::size_t kDigestEventsRead = 400;
inline constexpr std::size_t kDigestBytesMax = 4'000;
inline constexpr std::size_t kDigestQuoteBytesMax = 200;
inline constexpr std::size_t kDigestTriesMax = 5;
// What is typed live: at most this often, and at least, so that it does not look as if it had stopped; and of so many bytes.
inline constexpr Milliseconds kTypingEvery{150};
inline constexpr Milliseconds kTypingAtLeast{3'000};
inline constexpr std::size_t kTypingBytesMax = 2'000;
// How many times storing a turn is tried while storage is busy, and the pause between.
inline constexpr unsigned kStoreTriesMax = 20;
// Ticks after a site switched it off in which is looked for what it still holds.
inline constexpr unsigned kLooksAfterSwitchOff = 5;
// Of what a visitor wrote since the last answer: the newest this many messages and bytes are read.
inline constexpr std::size_t kMessagesRead = 20;
inline constexpr std::size_t kQuestionBytesMax = 4'000;
// Of an answer out of an entry; what is longer is cut at a sentence's end, and the source says where the rest is.
inline constexpr std::size_t kAnswerBytesMax = 1'800;
// Questions offered when it is unsure.
inline constexpr std::size_t kChoicesOffered = 3;
inline constexpr std::size_t kChoiceBytesMax = 200;
// Sources kept with a decision, and bytes of each passage.
inline constexpr std::size_t kSourcesKept = 5;
inline constexpr std::size_t kSourcePassageBytes = 300;
// Order numbers, telephones and the like kept with a decision, and bytes of each value; what is longer is left out.
inline constexpr std::size_t kEntitiesKept = 8;
inline constexpr std::size_t kEntityBytesMax = 200;
// Questions without an answer that are put together at a time (the newest; the memory goes with the square of it), groups of them that are answered,
// and of each the wordings and the newest examples.
inline constexpr std::size_t kGapQuestionsRead = 2'000;
inline constexpr std::size_t kGapsListed = 100;
inline constexpr std::size_t kGapPhrasings = 10;
inline constexpr std::size_t kGapExamples = 5;
// Replies suggested to an agent, and how near to the gate they have to be.
inline constexpr std::size_t kSuggestions = 3;
inline constexpr float kSuggestionShareOfGate = 0.5F;
// Of a document's part, which is an entry (api_limits::kKnowledgeBodyBytesMax: one that can be edited), and of its title.
inline constexpr std::size_t kDocumentPartBytesMax = 200'000;
inline constexpr std::size_t kDocumentTitleBytesMax = 200;
// Pages that were not taken, the first so many, are told with their reason.
inline constexpr std::size_t kCrawlSkippedKept = 100;
// How often is looked for sites that are to be read again; days between at the most.
inline constexpr std::chrono::seconds kCrawlLookEvery{30};
inline constexpr std::uint32_t kCrawlEveryDaysMax = 365;
// Erasing one waits so long for its reading to end: a document that is being read is read to its end.
inline constexpr std::chrono::seconds kCrawlEraseWait{25};
// The index is written to disk this long after a change.
inline constexpr std::chrono::seconds kIndexSaveAfter{30};

// Ways to ask an FAQ entry, title included, from which on it is an intent.
inline constexpr std::size_t kIntentPhrasingsMin = 3;
// Entries that become intents, the newest first; further ones are only looked up.
inline constexpr std::size_t kIntentsMax = 1'000;
// Training begins when nobody has changed an entry for this long, or this long after the first change.
inline constexpr std::chrono::seconds kTrainAfter{20};
inline constexpr std::chrono::seconds kTrainAtLatestAfter{300};
// Versions kept of a model, beside the one in use.
inline constexpr std::size_t kModelVersionsKept = 5;
// Models in memory, some megabytes each; sites beyond are only looked up.
inline constexpr std::size_t kModelsMax = 100;
// Of the file that says which there are.
inline constexpr std::size_t kModelsFileBytesMax = 16 << 20;

}  // namespace wk::ai::agent_limits
