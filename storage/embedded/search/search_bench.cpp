// What the search index costs: CPU per message of the applying thread, kernel and merges included (target 30 µs), and what a
// search takes in a large index. Run: search_bench.
#include <benchmark/benchmark.h>

#include "storage/embedded/search/search_index.hpp"
#include "tests/contract/event_maker.hpp"
#include "tests/contract/temporary_directory.hpp"

namespace wk {
namespace {

using testing::EventMaker;

enum Language { kEnglish = 0, kChinese = 1 };

// Words as often as people use them (Zipf), made up but always the same; messages of 12 English words or 20 Chinese characters.
class Talk {
 public:
  explicit Talk(Language language) : language_(language) {
    for (int i = 0; i < 4'000; ++i) words_.push_back(language == kEnglish ? english() : chinese());
  }
  std::string message() {
    std::string text;
    for (int i = language_ == kEnglish ? 12 : 10; i > 0; --i) {
      text += word();
      if (language_ == kEnglish) text += ' ';
      if (language_ == kChinese && i == 6) text += "，";
    }
    return text;
  }
  // The n-th most frequent.
  const std::string& word(std::size_t n) const { return words_[n]; }
  std::size_t random(std::size_t below) {
    state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<std::size_t>(state_ >> 33) % below;
  }

 private:
  const std::string& word() {
    // 1/n: a uniform exponent over the ranks.
    std::size_t rank = words_.size() >> random(12);
    return words_[random(rank == 0 ? 1 : rank)];
  }
  std::string english() {
    std::string word;
    for (std::size_t i = 3 + random(6); i > 0; --i) word += static_cast<char>('a' + random(26));
    return word;
  }
  std::string chinese() {
    std::string word;
    for (int i = 0; i < 2; ++i) {
      const std::size_t code = 0x4E00 + random(2'000);
      word += static_cast<char>(0xE0 | (code >> 12));
      word += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
      word += static_cast<char>(0x80 | (code & 0x3F));
    }
    return word;
  }
  const Language language_;
  std::uint64_t state_ = 1;
  std::vector<std::string> words_;
};

class Index {
 public:
  explicit Index(Language language) : talk_(language), store_(SearchIndex::open(directory_.path() / "search.db").value()) {
    std::vector<JournalRecord> records;
    for (std::uint64_t c = 1; c <= kConversations; ++c) records.push_back({{++position_}, make_.started(ConversationId(c << 22), SiteId(1 + c % 20))});
    apply(records);
  }
  std::vector<JournalRecord> batch(std::size_t messages) {
    std::vector<JournalRecord> records;
    for (std::size_t i = 0; i < messages; ++i) {
      const ConversationId id((1 + talk_.random(kConversations)) << 22);
      records.push_back({{++position_}, make_.message(id, talk_.message())});
    }
    return records;
  }
  void apply(const std::vector<JournalRecord>& records) {
    if (!store_->apply(records, {position_ + 1})) std::abort();
  }
  std::size_t find(const SearchQuery& query) { return store_->find(query)->places.size(); }
  const Talk& talk() const { return talk_; }
  double file_bytes() const { return static_cast<double>(std::filesystem::file_size(directory_.path() / "search.db")); }

 private:
  static constexpr std::uint64_t kConversations = 2'000;
  testing::TemporaryDirectory directory_;
  EventMaker make_;
  Talk talk_;
  std::uint64_t position_ = 0;
  std::unique_ptr<SearchIndex> store_;
};

// args: language, messages a batch, messages there before.
void BM_Apply(benchmark::State& state) {
  const auto batch = static_cast<std::size_t>(state.range(1));
  Index index(static_cast<Language>(state.range(0)));
  for (std::int64_t before = 0; before < state.range(2); before += 10'000) index.apply(index.batch(10'000));
  std::size_t messages = 0;
  for (auto _ : state) {
    state.PauseTiming();
    const std::vector<JournalRecord> records = index.batch(batch);
    state.ResumeTiming();
    index.apply(records);
    messages += batch;
  }
  state.counters["cpu_per_message"] =
      benchmark::Counter(static_cast<double>(messages), benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  state.counters["bytes_per_message"] = index.file_bytes() / static_cast<double>(messages + static_cast<std::size_t>(state.range(2)));
}
BENCHMARK(BM_Apply)->Args({kEnglish, 1'000, 50'000})->Args({kChinese, 1'000, 50'000})->Iterations(100);
BENCHMARK(BM_Apply)->Args({kEnglish, 10'000, 300'000})->Args({kChinese, 10'000, 300'000})->Iterations(20);

// 300,000 messages: the most frequent word, a rare one, one character or a prefix; then the same within one site and within one conversation.
void BM_Find(benchmark::State& state) {
  const auto language = static_cast<Language>(state.range(0));
  Index index(language);
  for (int i = 0; i < 30; ++i) index.apply(index.batch(10'000));
  struct Case {
    const char* name;
    std::string text;
    bool site;
    bool conversation;
  };
  const std::string frequent = index.talk().word(0);
  const Case cases[] = {{"frequent_us", frequent, false, false},
                        {"rare_us", index.talk().word(3'900), false, false},
                        {"short_us", frequent.substr(0, language == kEnglish ? 2 : 3), false, false},
                        {"site_us", frequent, true, false},
                        {"conversation_us", frequent, false, true}};
  for (auto _ : state) {
    for (const Case& one : cases) {
      SearchQuery query;
      query.text = one.text;
      if (one.site) query.sites = {SiteId(7)};
      if (one.conversation) query.conversation = ConversationId(3ULL << 22);
      const auto begin = std::chrono::steady_clock::now();
      benchmark::DoNotOptimize(index.find(query));
      const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - begin;
      state.counters[one.name] += took.count() / static_cast<double>(state.max_iterations);
    }
  }
}
BENCHMARK(BM_Find)->Arg(kEnglish)->Arg(kChinese)->Iterations(5);

}  // namespace
}  // namespace wk

BENCHMARK_MAIN();
