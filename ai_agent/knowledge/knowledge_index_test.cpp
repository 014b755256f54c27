#include "ai_agent/knowledge/knowledge_index.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <cmath>
#include <map>
#include <thread>

#include "ai_agent/knowledge/knowledge_test_support.hpp"
#include "ai_agent/knowledge/limits.hpp"

namespace wk::ai {
namespace {

using test::article;
using test::expect_same;
using test::faq;

const std::string kReturnsZh =
    "商品签收后七天内可以申请无理由退货，退货运费由买家承担。退款在仓库收到商品后三个工作日内原路退"
    "回。";
const std::string kShippingZh =
    "我们使用顺丰快递发货，普通订单二十四小时内发出，偏远地区需要五到七天送达。";
const std::string kReturnsEn =
    "You can return an item within 30 days. Refunds are paid to the original card after the "
    "warehouse has received the item.";
const std::string kShippingEn =
    "Parcels are shipped within 24 hours. Delivery abroad takes ten working days; customs may "
    "charge duties.";

std::vector<KnowledgeEntry> shop() {
  std::vector<KnowledgeEntry> entries = {
      article(1, "退货政策", kReturnsZh),
      article(2, "配送说明", kShippingZh),
      article(3, "Returns", kReturnsEn),
      article(4, "Shipping", kShippingEn),
      faq(5, {"怎么修改收货地址？", "地址填错了怎么办", "想换个地址收货"}),
      faq(6, {"How do I change my password?", "forgot password", "I cannot log in any more"})};
  // A background of other matters, so that words have a rarity.
  for (std::uint64_t i = 0; i < 20; ++i) {
    entries.push_back(article(100 + i, "",
                              "Opening hours of shop number " + std::to_string(i) +
                                  " are from nine to five on working days."));
    entries.push_back(article(
        200 + i, "",
        "第" + std::to_string(i) + "号门店的营业时间是工作日上午九点到下午五点，周末休息。"));
    entries.push_back(faq(300 + i, {"Where is shop number " + std::to_string(i) + "?",
                                    std::to_string(i) + "号门店在哪里"}));
  }
  return entries;
}

std::unique_ptr<KnowledgeIndex> index_of(const std::vector<KnowledgeEntry>& entries,
                                         const SentenceEncoder* encoder = nullptr) {
  auto index = std::make_unique<KnowledgeIndex>(KnowledgeSettings{}, encoder);
  const auto applied = index->apply(entries);
  EXPECT_TRUE(applied);
  return index;
}

std::uint64_t best(const KnowledgeIndex& index, std::string_view question) {
  const auto answer = index.search({.text = question});
  return answer.found() ? answer.hits.front().entry.value() : 0;
}

TEST(KnowledgeIndex, AnswersInChineseAndEnglish) {
  const auto index = index_of(shop());
  EXPECT_EQ(best(*index, "退货运费谁承担？"), 1U);
  EXPECT_EQ(best(*index, "你们用什么快递发货"), 2U);
  EXPECT_EQ(best(*index, "when are refunds paid to my card"), 3U);
  EXPECT_EQ(best(*index, "How long does delivery abroad take?"), 4U);
}

TEST(KnowledgeIndex, FindsAcrossScriptsAndForms) {
  const auto index =
      index_of({article(1, "", "iPhone 15 手机壳支持 MagSafe 充电"),
                article(2, "", "安卓手机充电器"), article(3, "", "refunded charges")});
  EXPECT_EQ(best(*index, "ＩＰＨＯＮＥ 15手机壳"), 1U);
  EXPECT_EQ(best(*index, "refund charge"), 3U);
}

TEST(KnowledgeIndex, FindsAnFaqByItsPhrasingAndNotByItsAnswer) {
  const auto index = index_of(shop());
  const auto answer = index->search({.text = "地址填错了"});
  ASSERT_TRUE(answer.found());
  EXPECT_EQ(answer.hits.front().entry, KnowledgeEntryId(5));
  EXPECT_EQ(answer.hits.front().kind, EntryKind::kFaq);
  EXPECT_EQ(answer.hits.front().passage, 1U);
  EXPECT_EQ(best(*index, "forgot my password"), 6U);
  // Once, whichever of its phrasings match.
  EXPECT_EQ(std::count_if(answer.hits.begin(), answer.hits.end(),
                          [](const auto& hit) { return hit.entry == KnowledgeEntryId(5); }),
            1);
  EXPECT_FALSE(index->search({.text = "the answer"}).found());
}

TEST(KnowledgeIndex, APhrasingWinsOverATextThatMentionsIt) {
  auto entries = shop();
  entries.push_back(article(
      7, "", "很多客户在下单之后才发现地址写错，这时请联系客服，客服会在发货之前帮忙修改。"));
  EXPECT_EQ(best(*index_of(entries), "怎么修改收货地址"), 5U);
}

TEST(KnowledgeIndex, SaysThatItHasNothing) {
  const auto index = index_of(shop());
  for (const auto* question :
       {"今天北京天气怎么样", "推荐一部好看的电影", "how tall is mount everest",
        "write me a poem about cats", "!!!", ""}) {
    const auto answer = index->search({.text = question});
    EXPECT_FALSE(answer.found()) << question;
    for (const auto& hit : answer.hits) EXPECT_FALSE(hit.passes());
  }
}

TEST(KnowledgeIndex, GivesTheBytesOfThePassageAndItsHeading) {
  const std::string body =
      "# Delivery\nFast.\n## Abroad\nTen working days by ship.\n## Inland\nTwo days.\n";
  const auto answer = index_of({article(1, "Terms", body)})->search({.text = "by ship"});
  ASSERT_FALSE(answer.hits.empty());
  const auto& hit = answer.hits.front();
  EXPECT_EQ(body.substr(hit.begin, hit.end - hit.begin), "Ten working days by ship.");
  EXPECT_EQ(hit.heading, "Delivery > Abroad");
  EXPECT_EQ(hit.passage, 1U);
}

TEST(KnowledgeIndex, GivesAFewPassagesOfOneEntryAndAsManyHitsAsAsked) {
  std::string body;
  for (int i = 0; i < 10; ++i) body += "# Part " + std::to_string(i) + "\nrefund\n";
  std::vector<KnowledgeEntry> entries = {article(1, "", body)};
  for (std::uint64_t id = 2; id < 100; ++id)
    entries.push_back(article(id, "", "a refund among quite a number of other words"));
  const auto index = index_of(entries);
  const auto answer =
      index->search({.text = "refund", .hits_max = 100, .passages_per_entry_max = 3});
  EXPECT_EQ(answer.hits.size(), knowledge_limits::kHitsMax);
  EXPECT_EQ(std::count_if(answer.hits.begin(), answer.hits.end(),
                          [](const auto& hit) { return hit.entry == KnowledgeEntryId(1); }),
            3);
}

TEST(KnowledgeIndex, TellsAnArticleThatIsNamedFromOneOfTheLike) {
  const std::string life = "分布于西太平洋区，体长可达十三公分，成群栖息于礁石区，以底栖动物为食。";
  auto entries = shop();
  entries.push_back(article(10, "半线天竺鲷", "半线天竺鲷为鱼类的一种，" + life));
  entries.push_back(article(11, "Lincoln (Nebraska)", "The city lies on Salt Creek and has 290,000 inhabitants."));
  entries.push_back(article(12, "How to return", kReturnsEn));
  entries.push_back(faq(13, {"Opening hours", "when do you open"}));
  const auto index = index_of(entries);
  const auto first = [&](std::string_view question) { return index->search({.text = question}).hits.at(0); };
  const KnowledgeHit meant = first("半线天竺鲷体长可达多少公分？");
  const KnowledgeHit other = first("单线天竺鲷体长可达多少公分？");
  ASSERT_EQ(meant.entry.value(), 10U);
  ASSERT_EQ(other.entry.value(), 10U);
  EXPECT_GT(meant.signal(GateSignal::kNamed), 0.9F);
  EXPECT_EQ(other.signal(GateSignal::kNamed), 0);
  EXPECT_TRUE(meant.passes());
  EXPECT_LT(other.score, meant.score - 0.1F);
  // What stands in brackets has not to be said, nor words of asking; an FAQ has no name.
  EXPECT_GT(first("On which creek does Lincoln lie?").signal(GateSignal::kNamed), 0.9F);
  EXPECT_GT(first("within which days can I return an item").signal(GateSignal::kNamed), 0.5F);
  EXPECT_EQ(first("Opening hours").signal(GateSignal::kNamed), 0);
}

TEST(KnowledgeIndex, ATitleAsLongAsASentenceIsNoName) {
  std::string title;
  for (std::size_t i = 0; i < knowledge_limits::kNameTermsMax; ++i) title += std::to_string(100 + i) + " ";
  const auto named = [](const std::string& text) {
    return index_of({article(1, text, kShippingEn)})->search({.text = text}).hits.at(0).signal(GateSignal::kNamed);
  };
  EXPECT_GT(named(title), 0);
  EXPECT_EQ(named(title + "and the last"), 0);
}

TEST(KnowledgeIndex, TellsOneThatLeadsFromOneOfACrowd) {
  auto entries = shop();
  for (std::uint64_t i = 0; i < 8; ++i) {
    entries.push_back(article(400 + i, "", "第" + std::to_string(i) + "种咖啡机有两年保修，保修期内免费更换水泵。"));
  }
  const auto index = index_of(entries);
  const auto first = [&](std::string_view question) { return index->search({.text = question, .faqs = false}).hits.at(0); };
  EXPECT_GT(first("退货运费谁承担？").signal(GateSignal::kLead), 0.5F);
  // Which one is meant nobody can tell.
  const KnowledgeHit one = first("豆浆机有几年保修，保修期内免费更换水泵吗？");
  EXPECT_LT(one.signal(GateSignal::kLead), 0.1F);
  KnowledgeHit alone = one;
  alone.signals[static_cast<std::size_t>(GateSignal::kLead)] = 0.7F;
  const GateModel found = KnowledgeSettings{}.text.by_words.found;
  EXPECT_LT(found.probability(one.signals), found.probability(alone.signals) - 0.05F);
}

// A site that has written down little yet: the other entries have nothing to do with the question, or there are none.
TEST(KnowledgeIndex, AFewArticlesAnswerWhatTheyHaveAndNothingElse) {
  const std::vector<KnowledgeEntry> all = {
      article(1, "退货政策", kReturnsZh),
      article(2, "Shipping", kShippingEn),
      article(3, "配送说明", kShippingZh),
      article(4, "Invoices", "Invoices are sent by e-mail after payment. A company's tax number can be added in the account."),
      article(5, "会员积分", "会员每消费一元积一分，积分可以在下次购物时抵扣，一百积分抵扣一元，有效期两年。"),
      article(6, "Repairs", "Lamps are repaired within two weeks. Bring the receipt to any of our shops.")};
  const std::vector<std::string> questions = {"退货运费谁承担？", "How long does delivery abroad take?",           "你们用什么快递发货",
                                              "where can I add the tax number of my company", "积分可以抵扣多少钱？", "how long until my lamp is repaired"};
  for (const std::size_t size : {1U, 2U, 3U, 6U}) {
    const auto index = index_of({all.begin(), all.begin() + static_cast<std::ptrdiff_t>(size)});
    for (std::size_t i = 0; i < questions.size(); ++i) {
      const auto answer = index->search({.text = questions[i]});
      SCOPED_TRACE(std::to_string(size) + " articles, " + questions[i]);
      if (i >= size) {
        EXPECT_FALSE(answer.found());
        for (const KnowledgeHit& hit : answer.hits) EXPECT_FALSE(hit.near);
        continue;
      }
      ASSERT_TRUE(answer.found());
      EXPECT_EQ(answer.hits.front().entry.value(), i + 1);
      EXPECT_TRUE(answer.hits.front().near);
      // As what leads most among many: fewer say no more.
      EXPECT_NEAR(answer.hits.front().signal(GateSignal::kLead), 0.7F, 0.1F);
    }
    for (const char* stranger : {"今天北京天气怎么样", "推荐一部好看的电影", "how tall is mount everest", "write me a poem about cats"}) {
      for (const KnowledgeHit& hit : index->search({.text = stranger}).hits) EXPECT_FALSE(hit.near) << size << " articles, " << stranger;
    }
  }
}

TEST(KnowledgeIndex, SignalsAreBounded) {
  const test::LetterEncoder letters;
  for (unsigned seed = 1; seed <= 20; ++seed) {
    test::RandomEntries make(seed);
    std::vector<KnowledgeEntry> entries;
    for (std::uint64_t id = 1; id <= 1 + seed % 10; ++id) entries.push_back(make.next(id, 1));
    const auto index = index_of(entries, seed % 2 == 0 ? &letters : nullptr);
    for (int i = 0; i < 30; ++i) {
      for (const KnowledgeHit& hit : index->search({.text = make.words(1 + make.random()() % 6), .hits_max = 50}).hits) {
        for (const float signal : hit.signals) EXPECT_TRUE(signal >= -1.001F && signal <= std::log1p(static_cast<float>(knowledge_limits::kQueryTermsMax)));
        EXPECT_GE(hit.signal(GateSignal::kLead), 0);
        EXPECT_LE(hit.signal(GateSignal::kLead), 0.701F);
      }
    }
  }
}

TEST(KnowledgeIndex, SearchesOneKindAlone) {
  const auto index = index_of(shop());
  for (const auto& hit : index->search({.text = "shop number", .faqs = false}).hits)
    EXPECT_NE(hit.kind, EntryKind::kFaq);
  for (const auto& hit : index->search({.text = "shop number", .texts = false}).hits)
    EXPECT_EQ(hit.kind, EntryKind::kFaq);
}

TEST(KnowledgeIndex, ForgetsWhatIsRemovedAndReplaced) {
  const auto index = index_of(shop());
  const std::vector<KnowledgeEntryId> gone = {KnowledgeEntryId(1), KnowledgeEntryId(77)};
  ASSERT_TRUE(index->apply({}, gone));
  EXPECT_NE(best(*index, "退货运费谁承担？"), 1U);
  EXPECT_EQ(index->revision_of(KnowledgeEntryId(1)), std::nullopt);

  const std::vector<KnowledgeEntry> changed = {
      article(2, "发票", "电子发票在确认收货之后自动开具，请在订单详情中下载。", 2)};
  ASSERT_TRUE(index->apply(changed));
  EXPECT_NE(best(*index, "你们用什么快递发货"), 2U);
  EXPECT_EQ(best(*index, "电子发票在哪里下载"), 2U);
  EXPECT_EQ(index->revision_of(KnowledgeEntryId(2)), 2U);

  // An entry that becomes another kind leaves the one it was.
  ASSERT_TRUE(index->apply(std::vector{faq(2, {"能开纸质发票吗"}, 3)}));
  EXPECT_EQ(index->search({.text = "电子发票在哪里下载", .faqs = false}).found(), false);
  EXPECT_EQ(index->versions().size(), shop().size() - 1);
}

TEST(KnowledgeIndex, KeepsTheNewerOfTwoRevisions) {
  const auto index = index_of({article(1, "", "new words", 5)});
  ASSERT_TRUE(index->apply(std::vector{article(1, "", "stale words", 4)}));
  EXPECT_EQ(index->revision_of(KnowledgeEntryId(1)), 5U);
  EXPECT_TRUE(index->search({.text = "stale"}).hits.empty());
  // Of one call the last counts.
  ASSERT_TRUE(index->apply(std::vector{article(2, "", "first", 1), article(2, "", "second", 1)}));
  EXPECT_TRUE(index->search({.text = "first"}).hits.empty());
  EXPECT_FALSE(index->search({.text = "second"}).hits.empty());
}

TEST(KnowledgeIndex, KnowsAnEntryWithoutWords) {
  const auto index = index_of({article(1, "", "", 9), faq(2, {"?!"}, 3)});
  EXPECT_EQ(index->revision_of(KnowledgeEntryId(1)), 9U);
  EXPECT_EQ(index->revision_of(KnowledgeEntryId(2)), 3U);
}

TEST(KnowledgeIndex, RefusesWhatIsTooLargeAndAppliesNothingOfIt) {
  const auto index = index_of(shop());
  const std::vector<KnowledgeEntry> entries = {
      article(900, "", "a fine entry"),
      article(901, "", std::string(knowledge_limits::kBodyBytesMax + 1, 'x'))};
  const auto applied = index->apply(entries);
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().code, ErrorCode::kTooLarge);
  EXPECT_EQ(index->revision_of(KnowledgeEntryId(900)), std::nullopt);
  EXPECT_EQ(index->apply(std::vector{article(0, "", "no id")}).error().code,
            ErrorCode::kInvalidArgument);
  EXPECT_FALSE(index->apply(
      std::vector{faq(902, std::vector<std::string>(knowledge_limits::kPhrasingsMax + 2, "x"))}));
}

// Whatever the order of changes, merges and removals: the same answers, to the last bit, as from
// what is left alone.
TEST(KnowledgeIndex, AnswersAsIfBuiltAnew) {
  const test::LetterEncoder letters;
  for (unsigned seed = 1; seed <= 12; ++seed) {
    const SentenceEncoder* encoder = seed % 2 == 0 ? &letters : nullptr;
    test::RandomEntries make(seed);
    KnowledgeIndex grown(KnowledgeSettings{}, encoder);
    std::map<std::uint64_t, KnowledgeEntry> left;
    for (std::uint64_t step = 1; step <= 60; ++step) {
      std::vector<KnowledgeEntry> changed;
      std::vector<KnowledgeEntryId> removed;
      for (std::size_t i = make.random()() % (step % 10 == 0 ? 30 : 4); i > 0; --i) {
        changed.push_back(make.next(1 + make.random()() % 120, step));
      }
      for (std::size_t i = make.random()() % (step % 7 == 0 ? 25 : 2); i > 0; --i) {
        removed.emplace_back(1 + make.random()() % 120);
      }
      ASSERT_TRUE(grown.apply(changed, removed));
      for (const KnowledgeEntryId id : removed) left.erase(id.value());
      for (const KnowledgeEntry& entry : changed) left[entry.id.value()] = entry;
      if (step % 6 != 0) continue;
      std::vector<KnowledgeEntry> entries;
      for (const auto& [id, entry] : left) entries.push_back(entry);
      std::shuffle(entries.begin(), entries.end(), make.random());
      KnowledgeIndex anew(KnowledgeSettings{}, encoder);
      ASSERT_TRUE(anew.apply(entries));
      EXPECT_EQ(grown.versions().size(), left.size());
      for (int i = 0; i < 20; ++i) {
        const std::string question = make.words(1 + make.random()() % 6);
        expect_same(grown.search({.text = question, .hits_max = 10}),
                    anew.search({.text = question, .hits_max = 10}));
      }
    }
    EXPECT_LE(grown.snapshot()->texts.segments.size(), 6U);
  }
}

TEST(KnowledgeIndex, MeaningFindsWhatWordsDoNot) {
  const test::LetterEncoder letters;
  const auto index = index_of({faq(1, {"stolen"}), faq(2, {"hammer"}), faq(3, {"退货"})}, &letters);
  const auto answer = index->search({.text = "nestol"});  // the letters of "stolen"
  ASSERT_TRUE(answer.found());
  EXPECT_EQ(answer.hits.front().entry, KnowledgeEntryId(1));
  EXPECT_NEAR(answer.hits.front().signal(GateSignal::kMeaning), 1.0, 0.02);
  EXPECT_EQ(answer.hits.front().signal(GateSignal::kLexical), 0);
  // Chinese is not for this encoder: by words alone.
  const auto chinese = index->search({.text = "退货"});
  ASSERT_TRUE(chinese.found());
  EXPECT_EQ(chinese.hits.front().entry, KnowledgeEntryId(3));
  EXPECT_EQ(chinese.hits.front().signal(GateSignal::kMeaning), 0);
}

TEST(KnowledgeIndex, ReadersGoOnWhileItChanges) {
  KnowledgeIndex index(KnowledgeSettings{}, nullptr);
  test::RandomEntries make(5);
  // Entry 1 is always there, in one of its revisions.
  ASSERT_TRUE(index.apply(std::vector{article(1, "", "lighthouse keeper", 1)}));
  std::atomic<bool> stop{false};
  std::atomic<std::uint64_t> answers{0};
  std::vector<std::jthread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      std::uint64_t revision = 0;
      do {
        const auto answer = index.search({.text = "lighthouse keeper"});
        ASSERT_EQ(answer.hits.size(), 1U);
        ASSERT_EQ(answer.hits.front().entry, KnowledgeEntryId(1));
        ASSERT_GE(answer.hits.front().revision, revision);
        revision = answer.hits.front().revision;
        ++answers;
      } while (!stop);
    });
  }
  for (std::uint64_t step = 2; step < 150 || answers < 100; ++step) {
    std::vector<KnowledgeEntry> changed = {article(1, "", "lighthouse keeper", step)};
    for (int i = 0; i < 3; ++i) changed.push_back(make.next(2 + make.random()() % 100, step));
    const std::vector<KnowledgeEntryId> removed = {KnowledgeEntryId(2 + make.random()() % 100)};
    ASSERT_TRUE(index.apply(changed, removed));
  }
  stop = true;
}

}  // namespace
}  // namespace wk::ai
