#include "core/session/admission.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "core/session/limits.hpp"
#include "storage/embedded/directory/sqlite_directory.hpp"
#include "tests/contract/temporary_directory.hpp"

namespace wk {
namespace {

using namespace std::chrono_literals;
const SteadyTime kBegin = SteadyTime() + 5h;

v1::Rate rate(std::uint32_t per_second, std::uint32_t burst) {
  v1::Rate rate;
  rate.set_per_second(per_second);
  rate.set_burst(burst);
  return rate;
}

class AdmissionTest : public ::testing::Test {
 protected:
  void SetUp() override {
    directory = SqliteDirectory::open(temporary.path() / "directory.db").value();
    admission = open();
  }
  std::unique_ptr<Admission> open() { return Admission::open(*directory, default_admission()).value(); }
  v1::Site make_site(std::uint64_t id) {
    v1::Site site;
    site.set_id(id);
    site.set_key("key" + std::to_string(id));
    EXPECT_TRUE(directory->create_site(site));
    return site;
  }

  testing::TemporaryDirectory temporary;
  std::unique_ptr<SqliteDirectory> directory;
  std::unique_ptr<Admission> admission;
};

TEST_F(AdmissionTest, HasItsDefaultsUntilSomebodySetsSomething) {
  const v1::Admission shown = admission->shown();
  EXPECT_EQ(shown.settings().SerializeAsString(), default_admission().SerializeAsString());
  EXPECT_EQ(shown.defaults().SerializeAsString(), default_admission().SerializeAsString());
  EXPECT_EQ(admission->current()->limits.messages_per_visitor.rate, 20);
}

TEST_F(AdmissionTest, AChangeHoldsAtOnceIsToldAndSurvivesAStart) {
  std::vector<AdmissionSnapshotPtr> told;
  admission->set_listener([&](const AdmissionSnapshotPtr& snapshot) { told.push_back(snapshot); });
  v1::AdmissionSettings change;
  change.set_connections_per_address(0);
  *change.mutable_messages_per_visitor() = rate(3, 7);
  const auto changed = admission->change(change);
  ASSERT_TRUE(changed);
  EXPECT_EQ(changed->settings().messages_per_visitor().burst(), 7u);
  EXPECT_EQ(changed->settings().hellos_per_address().per_second(), default_admission().hellos_per_address().per_second());
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0]->limits.connections_per_address, 0u);
  EXPECT_EQ(told[0]->limits.messages_per_visitor, (BucketTerms{.rate = 3, .burst = 7}));
  EXPECT_EQ(admission->current(), told[0]);

  admission = open();
  EXPECT_EQ(admission->current()->limits.messages_per_visitor, (BucketTerms{.rate = 3, .burst = 7}));
  EXPECT_EQ(admission->current()->limits.connections_per_address, 0u);
  ASSERT_TRUE(admission->reset());
  EXPECT_EQ(open()->shown().settings().SerializeAsString(), default_admission().SerializeAsString());
}

TEST_F(AdmissionTest, RefusesWhatIsOutOfRangeAndKeepsWhatWas) {
  const auto before = admission->current();
  std::vector<v1::AdmissionSettings> wrong(3);
  wrong[0].set_connections_per_address(session_limits::kRateMax + 1);
  *wrong[1].mutable_messages_per_site() = rate(session_limits::kRateMax + 1, 1);
  *wrong[2].mutable_hellos_per_address() = rate(5, 0);
  for (const auto& one : wrong) {
    const auto refused = admission->change(one);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::kInvalidArgument);
  }
  EXPECT_EQ(admission->change(wrong[2]).error().context.substr(0, 16), "hellosPerAddress");
  EXPECT_EQ(admission->current(), before);
}

TEST_F(AdmissionTest, ASiteMayHaveARateOfItsOwn) {
  make_site(1);
  v1::Site own = make_site(2);
  *own.mutable_messages_per_visitor() = rate(1, 2);
  ASSERT_TRUE(directory->update_site(own));
  admission->look_at_sites();
  const auto snapshot = admission->current();
  EXPECT_EQ(snapshot->site(SiteId(1)).messages_per_visitor.rate, 20);
  EXPECT_EQ(snapshot->site(SiteId(2)).messages_per_visitor, (BucketTerms{.rate = 1, .burst = 2}));
  EXPECT_EQ(snapshot->site(SiteId(3)).messages_per_visitor.rate, 20) << "made a moment ago";
  admission->look_at_sites();
  EXPECT_EQ(admission->current(), snapshot) << "nothing changed";
}

TEST_F(AdmissionTest, ABucketOutlivesTheSnapshotsAndNoPromiseOutlivesItsTerms) {
  make_site(1);
  admission->look_at_sites();
  v1::AdmissionSettings change;
  *change.mutable_handshakes_per_site() = rate(1, 1);
  ASSERT_TRUE(admission->change(change));
  const auto slow = admission->current();
  SharedTokenBucket& bucket = slow->site(SiteId(1)).doors->handshakes;
  EXPECT_FALSE(bucket.take(slow->limits.handshakes_per_site, kBegin));
  Milliseconds wait{0};
  for (int i = 0; i < 20; ++i) wait = *bucket.take(slow->limits.handshakes_per_site, kBegin);
  EXPECT_EQ(wait, 20s);
  *change.mutable_handshakes_per_site() = rate(100, 1);
  ASSERT_TRUE(admission->change(change));
  const auto fast = admission->current();
  EXPECT_EQ(&fast->site(SiteId(1)).doors->handshakes, &bucket);
  EXPECT_EQ(bucket.take(fast->limits.handshakes_per_site, kBegin), 10ms);
}

TEST_F(AdmissionTest, CountsAVisitorOverRestAndTheirSite) {
  make_site(1);
  v1::AdmissionSettings change;
  *change.mutable_messages_per_visitor() = rate(1, 2);
  *change.mutable_messages_per_site() = rate(1, 3);
  ASSERT_TRUE(admission->change(change));
  const auto say = [&](std::uint64_t conversation) { return admission->rest_message(SiteId(1), ConversationId(conversation), kBegin); };
  EXPECT_FALSE(say(7));
  EXPECT_FALSE(say(7));
  EXPECT_TRUE(say(7));
  EXPECT_FALSE(say(8));
  const auto wait = say(9);
  ASSERT_TRUE(wait) << "the site's three are used up";
  EXPECT_GE(*wait, 1s);
  EXPECT_EQ(admission->figures().get(RefusedAt::kMessageVisitor), 1u);
  EXPECT_EQ(admission->figures().get(RefusedAt::kMessageSite), 1u);
}

TEST(Jittered, IsNeverSoonerAndSpreads) {
  Milliseconds least = 1h, most{0};
  for (int i = 0; i < 500; ++i) {
    const Milliseconds wait = jittered(1s);
    least = std::min(least, wait);
    most = std::max(most, wait);
  }
  EXPECT_GE(least, 1s);
  EXPECT_LT(most, 1500ms);
  EXPECT_GT(most - least, 250ms);
}

}  // namespace
}  // namespace wk
