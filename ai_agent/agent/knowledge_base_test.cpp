#include "ai_agent/agent/knowledge_base.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <fstream>

#include "ai_agent/agent/test_knowledge.hpp"

namespace wk::ai {
namespace {

class KnowledgeBaseTest : public ::testing::Test, public TestKnowledge {
 protected:
  std::string best(std::uint64_t site, std::string_view question) {
    const auto findings = base().search(SiteId(site), question, 5, 0);
    if (!findings) ADD_FAILURE() << findings.error().context;
    return findings && !findings->empty() && findings->front().passes() ? findings->front().entry.title() : "";
  }
};

TEST_F(KnowledgeBaseTest, FindsWhatWasPutAtOnceAndNothingThatWasErased) {
  put(faq(1, 0, "怎么申请退货？", "签收后七天内可以退货。"));
  EXPECT_EQ(best(1, "申请退货怎么弄"), "怎么申请退货？");
  ASSERT_TRUE(base().erase(wk::KnowledgeEntryId(1)));
  EXPECT_EQ(best(1, "申请退货怎么弄"), "");
  EXPECT_EQ(base().erase(wk::KnowledgeEntryId(1)).error().code, ErrorCode::kNotFound);
}

TEST_F(KnowledgeBaseTest, ASiteSeesItsOwnAndWhatIsOfAll) {
  put(faq(1, 7, "How do I return shoes?", "Within a week."));
  put(faq(2, 0, "Do you ship abroad?", "Yes."));
  EXPECT_EQ(best(7, "how do I return shoes"), "How do I return shoes?");
  EXPECT_EQ(best(8, "how do I return shoes"), "");
  EXPECT_EQ(best(8, "do you ship abroad"), "Do you ship abroad?");
}

TEST_F(KnowledgeBaseTest, AChangeReplacesAndADisabledOneIsNotFound) {
  put(faq(1, 7, "How do I return shoes?", "Within a week."));
  v1::KnowledgeEntry entry = faq(1, 8, "How do I return shoes?", "Within two weeks.");
  put(entry);
  EXPECT_EQ(best(7, "how do I return shoes"), "") << "it moved to another site";
  const auto findings = base().search(SiteId(8), "how do I return shoes", 5, 0);
  ASSERT_TRUE(findings && !findings->empty());
  EXPECT_EQ(findings->front().text, "Within two weeks.");
  entry.set_disabled(true);
  put(entry);
  EXPECT_EQ(best(8, "how do I return shoes"), "");
}

TEST_F(KnowledgeBaseTest, AnArticleAnswersWithThePassageThatFits) {
  v1::KnowledgeEntry article = faq(1, 0, "Shipping", "# Costs\n\nStandard shipping costs four euros in the country.\n\n# Abroad\n\nParcels to Norway need customs papers and take nine days.\n");
  article.set_kind(v1::KNOWLEDGE_KIND_ARTICLE);
  put(article);
  const auto findings = base().search(SiteId(1), "do parcels to Norway need customs papers", 5, 0);
  ASSERT_TRUE(findings && !findings->empty());
  EXPECT_TRUE(findings->front().passes());
  EXPECT_EQ(findings->front().heading, "Abroad");
  EXPECT_EQ(findings->front().text, "Parcels to Norway need customs papers and take nine days.");
}

TEST_F(KnowledgeBaseTest, ComesBackFromItsFilesAndMakesADamagedOneAnew) {
  put(faq(1, 0, "怎么申请退货？", "七天。"));
  put(faq(2, 7, "How do I return shoes?", "A week."));
  ASSERT_TRUE(base().save(true));
  put(faq(3, 0, "发票怎么开？", "在订单页。"));  // after the save: the file does not have it
  reopen();
  EXPECT_EQ(best(7, "申请退货怎么弄"), "怎么申请退货？");
  EXPECT_EQ(best(7, "how do I return shoes"), "How do I return shoes?");
  EXPECT_EQ(best(7, "发票怎么开"), "发票怎么开？");
  ASSERT_TRUE(base().save(true));
  { std::ofstream(files() / "every-site.index", std::ios::in | std::ios::out | std::ios::binary).seekp(40).write("damage", 6); }
  reopen();
  EXPECT_EQ(best(7, "发票怎么开"), "发票怎么开？");
}

// Knows that a sentence about parcels is one, whatever its words.
class ParcelEncoder final : public SentenceEncoder {
 public:
  explicit ParcelEncoder(std::string name) : name_(std::move(name)) {}
  std::string_view name() const override { return name_; }
  std::size_t dimensions() const override { return 2; }
  bool encode(std::string_view text, std::span<float> out) const override {
    ++encoded;
    const bool parcel = text.find("parcel") != text.npos || text.find("consignment") != text.npos;
    out[0] = parcel ? 1 : 0;
    out[1] = parcel ? 0 : 1;
    return true;
  }
  mutable std::atomic<int> encoded{0};

 private:
  const std::string name_;
};

TEST_F(KnowledgeBaseTest, AnIndexOfAnotherSentenceModelIsMadeAnew) {
  put(faq(1, 0, "Where is my parcel?", "On its way."));
  put(faq(2, 0, "How do I pay?", "By card."));
  ASSERT_TRUE(base().save(true));
  const std::string_view question = "consignment gone astray";
  EXPECT_EQ(best(1, question), "") << "no word in common";

  const ParcelEncoder first("first");
  reopen(&first);
  EXPECT_EQ(best(1, question), "Where is my parcel?");
  ASSERT_TRUE(base().save(true));
  first.encoded = 0;
  reopen(&first);
  EXPECT_EQ(first.encoded, 0) << "its file has the vectors";
  EXPECT_EQ(best(1, question), "Where is my parcel?");

  const ParcelEncoder second("second");
  reopen(&second);
  EXPECT_EQ(second.encoded, 2) << "vectors of two models are not comparable";
  EXPECT_EQ(best(1, question), "Where is my parcel?");
  ASSERT_TRUE(base().save(true));

  reopen();
  EXPECT_EQ(best(1, question), "") << "without the model by words again";
  EXPECT_EQ(best(1, "where is my parcel"), "Where is my parcel?");
}

TEST_F(KnowledgeBaseTest, AskedForMoreConfidenceItFindsLess) {
  put(faq(1, 0, "How do I return shoes that do not fit?", "A week."));
  const auto findings = base().search(SiteId(1), "return shoes", 5, 0.999F);
  ASSERT_TRUE(findings && !findings->empty());
  EXPECT_FALSE(findings->front().passes());
}

TEST_F(KnowledgeBaseTest, AQuestionThatStandsThereWordForWordIsFoundWhateverElseThereIs) {
  // Small bases tell least: every word is in every entry, and nothing is rare.
  put(faq(70, 1, "renting a boat", "At the pier."));
  v1::KnowledgeEntry entry = faq(71, 1, "renting a boat for a day", "In the hut.");
  entry.add_phrasings("renting a boat for a weekend");
  put(entry);
  for (const auto& [question, answer] : std::initializer_list<std::pair<const char*, const char*>>{
           {"Renting a BOAT", "At the pier."}, {"renting a boat for a day", "In the hut."}, {"renting  a boat for a weekend", "In the hut."}, {"Renting a boat?!", "At the pier."}, {"renting a boat for a weekend，", "In the hut."}, {"renting a boat 。", "At the pier."}}) {
    const auto found = base().search(SiteId(1), question, 3, 0);
    ASSERT_TRUE(found && !found->empty());
    EXPECT_EQ(found->front().text, answer) << question;
    EXPECT_TRUE(found->front().word_for_word && found->front().passes()) << question;
  }
  EXPECT_FALSE(base().search(SiteId(1), "renting a boat for a week", 3, 0)->front().word_for_word);
}

TEST_F(KnowledgeBaseTest, ALoadThatIsStoppedEndsAndTheNextStartHasEverything) {
  put(faq(1, 1, "How long is the warranty?", "Two years."));
  std::filesystem::remove_all(files());
  KnowledgeBase stopped(store(), files(), nullptr, SystemClock::instance());
  stopped.stop_loading();
  EXPECT_EQ(stopped.load().error().code, ErrorCode::kUnavailable);
  EXPECT_TRUE(stopped.search(SiteId(1), "How long is the warranty?", 1, 0)->empty());
  reopen();
  EXPECT_FALSE(base().search(SiteId(1), "How long is the warranty?", 1, 0)->empty());
}

}  // namespace
}  // namespace wk::ai
