#include "ai_agent/agent/intent_service.hpp"

#include <gtest/gtest.h>

#include <array>
#include <fstream>
#include <map>

#include "ai_agent/agent/limits.hpp"
#include "ai_agent/intent/test_examples.hpp"
#include "storage/embedded/knowledge/sqlite_knowledge.hpp"
#include "tests/contract/temporary_directory.hpp"

namespace wk::ai {
namespace {

constexpr SiteId kShop(7);
constexpr SiteId kOther(8);

class IntentServiceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto opened = SqliteKnowledge::open(directory_.path() / "knowledge.db");
    ASSERT_TRUE(opened) << opened.error().context;
    store_ = std::move(*opened);
    restart();
  }
  void restart() {
    service_ = std::make_unique<IntentService>(*store_, directory_.path() / "ai", nullptr, clock_);
    const auto loaded = service_->load();
    ASSERT_TRUE(loaded) << loaded.error().context;
  }
  // Entries 1 … of the shop's examples; their labels are the titles.
  void put_shop(SiteId site) {
    std::map<std::string, v1::KnowledgeEntry> entries;
    for (const TrainingExample& example : shop_examples()) {
      v1::KnowledgeEntry& entry = entries[example.intent];
      if (entry.title().empty()) {
        entry.set_title(example.text);
      } else {
        entry.add_phrasings(example.text);
      }
    }
    std::uint64_t id = 0;
    for (auto& [label, entry] : entries) {
      entry.set_id(++id);
      entry.set_site_id(site.value());
      entry.set_kind(v1::KNOWLEDGE_KIND_FAQ);
      entry.set_body("about " + label);
      ids_[label] = KnowledgeEntryId(id);
      put(entry);
    }
  }
  void put(const v1::KnowledgeEntry& entry) {
    ASSERT_TRUE(store_->put(entry));
    service_->note_change(SiteId(entry.site_id()));
  }
  void erase(KnowledgeEntryId id, SiteId site) {
    ASSERT_TRUE(store_->erase(id));
    service_->note_change(site);
  }
  bool train() { return service_->train_next({}); }
  void settle() {
    clock_.advance(agent_limits::kTrainAfter);
    while (train()) {
    }
  }
  v1::IntentStatus status() { return service_->status(kShop); }

  wk::testing::TemporaryDirectory directory_;
  ManualClock clock_;
  std::unique_ptr<SqliteKnowledge> store_;
  std::unique_ptr<IntentService> service_;
  std::map<std::string, KnowledgeEntryId> ids_;
};

TEST_F(IntentServiceTest, WithoutEntriesThereIsNoModel) {
  settle();
  EXPECT_FALSE(service_->classify(kShop, "I want my money back"));
  EXPECT_EQ(status().active_version(), 0u);
  EXPECT_EQ(status().state(), v1::TRAINING_STATE_IDLE);
}

TEST_F(IntentServiceTest, TellsWhichEntryIsMeantInWordsThatStandInNone) {
  put_shop(kShop);
  settle();
  const auto guess = service_->classify(kShop, "please give me back my money, I want a refund");
  ASSERT_TRUE(guess);
  EXPECT_EQ(guess->candidates.front(), ids_.at("refund"));
  EXPECT_EQ(guess->zone, Zone::kAct);
  EXPECT_EQ(service_->classify(kShop, "发票抬头错了能改吗")->candidates.front(), ids_.at("invoice"));
  EXPECT_FALSE(service_->classify(kShop, " ?! "));
}

TEST_F(IntentServiceTest, BeginsWhenNobodyHasChangedMoreForAWhileAndAtLatestAfterAWhile) {
  settle();
  put_shop(kShop);
  EXPECT_EQ(status().state(), v1::TRAINING_STATE_WAITING);
  EXPECT_FALSE(train());
  const auto step = agent_limits::kTrainAfter / 2;
  for (auto waited = Milliseconds(0); waited + step < agent_limits::kTrainAtLatestAfter; waited += step) {
    ASSERT_FALSE(train()) << "somebody is still writing";
    clock_.advance(step);
    service_->note_change(kShop);
  }
  clock_.advance(step);
  EXPECT_TRUE(train()) << "however long they go on";
  EXPECT_EQ(status().active_version(), 1u);
}

TEST_F(IntentServiceTest, SaysHowGoodItIs) {
  put_shop(kShop);
  settle();
  const v1::IntentStatus now = status();
  ASSERT_EQ(now.versions_size(), 1);
  EXPECT_EQ(now.entries(), now.versions(0).intents());
  EXPECT_EQ(now.versions(0).weak_size(), 0) << "a list is short";
  const auto version = service_->version(kShop, 1);
  ASSERT_TRUE(version);
  EXPECT_GT(version->accuracy_permille(), 500u);
  EXPECT_EQ(version->examples(), shop_examples().size());
  for (const v1::IntentQuality& weak : version->weak()) EXPECT_FALSE(weak.title().empty());
  EXPECT_EQ(service_->version(kShop, 2).error().code, ErrorCode::kNotFound);
}

TEST_F(IntentServiceTest, AModelOutlivesAStartAndIsNotMadeAgainFromTheSame) {
  put_shop(kShop);
  settle();
  restart();
  EXPECT_EQ(service_->classify(kShop, "where is my parcel")->candidates.front(), ids_.at("order.status"));
  settle();
  EXPECT_EQ(status().versions_size(), 1);
}

TEST_F(IntentServiceTest, WhatChangedWhileItWasNotRunningIsTrained) {
  put_shop(kShop);
  settle();
  erase(ids_.at("refund"), kShop);
  restart();
  settle();
  EXPECT_EQ(status().active_version(), 2u);
  EXPECT_EQ(status().versions(0).intents(), ids_.size() - 1);
}

TEST_F(IntentServiceTest, ADamagedModelOrListIsMadeAnew) {
  put_shop(kShop);
  settle();
  for (const char* name : {"site-7-1.model", "site-7.models"}) {
    std::ofstream(directory_.path() / "ai" / name, std::ios::trunc) << "\xff\xff damaged";
    restart();
    EXPECT_FALSE(service_->classify(kShop, "where is my parcel"));
    settle();
    EXPECT_TRUE(service_->classify(kShop, "where is my parcel")) << name;
  }
}

TEST_F(IntentServiceTest, GoesBackToAnOlderVersionAndStaysThere) {
  put_shop(kShop);
  settle();
  erase(ids_.at("refund"), kShop);
  settle();
  ASSERT_EQ(status().active_version(), 2u);
  ASSERT_TRUE(service_->activate(kShop, 1));
  const std::string question = "I want my money back";
  EXPECT_EQ(service_->classify(kShop, question)->candidates.front(), ids_.at("refund"));
  // A newer one is made and not taken, also after a start.
  erase(ids_.at("invoice"), kShop);
  settle();
  restart();
  EXPECT_EQ(status().active_version(), 1u);
  EXPECT_EQ(status().versions(0).version(), 3u);
  ASSERT_TRUE(service_->activate(kShop, 0));
  EXPECT_EQ(status().active_version(), 3u);
  EXPECT_NE(service_->classify(kShop, question)->candidates.front(), ids_.at("refund"));
  EXPECT_EQ(service_->activate(kShop, 99).error().code, ErrorCode::kNotFound);
}

TEST_F(IntentServiceTest, KeepsTheNewestVersionsAndTheOneInUse) {
  put_shop(kShop);
  settle();
  ASSERT_TRUE(service_->activate(kShop, 1));
  for (std::size_t i = 0; i < agent_limits::kModelVersionsKept + 2; ++i) {
    ASSERT_TRUE(service_->train(kShop));
    ASSERT_TRUE(train());
  }
  const v1::IntentStatus now = status();
  EXPECT_EQ(static_cast<std::size_t>(now.versions_size()), agent_limits::kModelVersionsKept + 1);
  EXPECT_EQ(now.versions(now.versions_size() - 1).version(), 1u);
  std::size_t files = 0;
  for (const auto& file : std::filesystem::directory_iterator(directory_.path() / "ai")) files += file.path().extension() == ".model" ? 1 : 0;
  EXPECT_EQ(files, agent_limits::kModelVersionsKept + 1);
}

TEST_F(IntentServiceTest, ASiteWithoutEntriesOfItsOwnUsesThoseOfEverySite) {
  put_shop(SiteId{});
  settle();
  EXPECT_EQ(service_->classify(kOther, "where is my parcel")->candidates.front(), ids_.at("order.status"));
  EXPECT_EQ(service_->status(kOther).site_id(), 0u);
}

TEST_F(IntentServiceTest, ASiteNeverLearnsFromAnothersEntries) {
  put_shop(kOther);
  settle();
  EXPECT_FALSE(service_->classify(kShop, "where is my parcel"));
}

TEST_F(IntentServiceTest, WithTheLastEntryTheModelGoes) {
  put_shop(kShop);
  settle();
  for (const auto& [label, id] : ids_) erase(id, kShop);
  settle();
  EXPECT_FALSE(service_->classify(kShop, "where is my parcel"));
  EXPECT_EQ(status().versions_size(), 0);
  EXPECT_TRUE(std::filesystem::is_empty(directory_.path() / "ai"));
}

TEST_F(IntentServiceTest, AnEntryWithTooFewPhrasingsIsCountedAndLeftOut) {
  put_shop(kShop);
  v1::KnowledgeEntry entry;
  entry.set_id(99);
  entry.set_site_id(kShop.value());
  entry.set_kind(v1::KNOWLEDGE_KIND_FAQ);
  entry.set_title("do you ship to the moon");
  entry.add_phrasings("moon delivery");
  put(entry);
  settle();
  EXPECT_EQ(status().entries_too_few(), 1u);
  EXPECT_EQ(status().entries(), ids_.size());
}

TEST_F(IntentServiceTest, BeyondTheMostModelsASiteIsToldThatItHasNone) {
  std::uint64_t id = 0;
  for (std::size_t site = 1; site <= agent_limits::kModelsMax + 1; ++site) {
    for (const auto& ways : {std::array{"refund", "money back", "return it"}, std::array{"parcel", "delivery", "where is it"}}) {
      v1::KnowledgeEntry entry;
      entry.set_id(++id);
      entry.set_site_id(site);
      entry.set_kind(v1::KNOWLEDGE_KIND_FAQ);
      entry.set_title(ways[0]);
      entry.add_phrasings(ways[1]);
      entry.add_phrasings(ways[2]);
      put(entry);
    }
  }
  settle();
  EXPECT_TRUE(service_->classify(SiteId(agent_limits::kModelsMax), "refund"));
  EXPECT_FALSE(service_->classify(SiteId(agent_limits::kModelsMax + 1), "refund"));
  EXPECT_FALSE(service_->status(SiteId(agent_limits::kModelsMax + 1)).failure().empty());
  EXPECT_TRUE(service_->status(SiteId(1)).failure().empty());
}

// It parses, and names a version that it does not have.
TEST_F(IntentServiceTest, AListThatContradictsItselfIsMadeAnew) {
  put_shop(kShop);
  settle();
  v1::IntentStatus list;
  list.set_active_version(1);
  std::ofstream(directory_.path() / "ai" / "site-7.models", std::ios::trunc | std::ios::binary) << list.SerializeAsString();
  restart();
  settle();
  EXPECT_TRUE(service_->classify(kShop, "where is my parcel"));
}

TEST_F(IntentServiceTest, ATrainingThatIsStoppedLeavesEverythingAsItWas) {
  put_shop(kShop);
  clock_.advance(agent_limits::kTrainAfter);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_TRUE(service_->train_next(stop.get_token()));
  EXPECT_FALSE(service_->classify(kShop, "where is my parcel"));
  EXPECT_TRUE(status().failure().empty());
}

TEST_F(IntentServiceTest, ItsOwnThreadTrainsWhatIsAskedForWhileQuestionsAreAnswered) {
  put_shop(kShop);
  service_->start();
  ASSERT_TRUE(service_->train(kShop));
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!service_->classify(kShop, "where is my parcel") && std::chrono::steady_clock::now() < until) std::this_thread::sleep_for(Milliseconds(5));
  EXPECT_TRUE(service_->classify(kShop, "where is my parcel"));
  service_->stop();
}

}  // namespace
}  // namespace wk::ai
