// What every Directory must do, whatever it stands on. An adapter's test gives a fixture with
//   static Result<std::unique_ptr<Directory>> open(const std::filesystem::path& directory, const Clock& clock)
// that opens the same data when it is called again, and instantiates the suite:
//   INSTANTIATE_TYPED_TEST_SUITE_P(Sqlite, DirectoryContract, SqliteFixture);
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "core/model/limits.hpp"
#include "core/ports/directory.hpp"
#include "tests/contract/temporary_directory.hpp"

namespace wk {

template <typename Fixture>
class DirectoryContract : public ::testing::Test {
 protected:
  void SetUp() override { reopen(); }
  void reopen() {
    directory_.reset();
    auto opened = Fixture::open(temporary_.path(), clock_);
    ASSERT_TRUE(opened) << opened.error().context;
    directory_ = std::move(*opened);
  }
  static AgentRecord agent(std::uint64_t id, const std::string& email) {
    AgentRecord record;
    record.agent.set_id(id);
    record.agent.set_email(email);
    record.agent.set_name("Agent " + std::to_string(id));
    record.agent.set_role(v1::ROLE_AGENT);
    record.password_hash = "$argon2id$x";
    return record;
  }
  static v1::Site site(std::uint64_t id, const std::string& key) {
    v1::Site site;
    site.set_id(id);
    site.set_key(key);
    site.set_name("Site " + key);
    return site;
  }
  static v1::Contact contact(std::uint64_t id, const std::string& name) {
    v1::Contact contact;
    contact.set_id(id);
    contact.set_site_id(1);
    contact.set_name(name);
    contact.set_last_seen_ms(static_cast<std::int64_t>(id) * 10);
    return contact;
  }
  // What one event says, as a batch of its own.
  Result<void> learn(const ContactUpdate& update) { return directory_->apply(std::span(&update, 1)); }
  static AgentSessionRecord session(std::uint64_t id, AgentId agent, std::int64_t now_ms) {
    return {.id = AgentSessionId(id),
            .agent = agent,
            .token_hash = "hash" + std::to_string(id),
            .created_ms = now_ms,
            .last_seen_ms = now_ms,
            .expires_ms = now_ms + 1'000,
            .ip = "10.0.0.1",
            .user_agent = "Browser"};
  }

  testing::TemporaryDirectory temporary_;
  ManualClock clock_;
  std::unique_ptr<Directory> directory_;
};
TYPED_TEST_SUITE_P(DirectoryContract);

TYPED_TEST_P(DirectoryContract, KeepsAgentsWholeAndFindsThemByEmailInAnyCase) {
  AgentRecord record = this->agent(7, "Ann@Example.com");
  record.totp_secret = std::string("\0\xFF\n", 3);
  record.totp_last_step = 42;
  record.recovery_hashes = {"a", "b"};
  record.agent.set_presence(v1::PRESENCE_ONLINE);
  ASSERT_TRUE(this->directory_->create_agent(record));
  this->reopen();
  const auto found = this->directory_->agent_by_email("aNN@example.COM");
  ASSERT_TRUE(found) << found.error().context;
  EXPECT_EQ(found->agent.email(), "Ann@Example.com");
  EXPECT_EQ(found->password_hash, record.password_hash);
  EXPECT_EQ(found->totp_secret, record.totp_secret);
  EXPECT_EQ(found->totp_last_step, 42);
  EXPECT_EQ(found->recovery_hashes, record.recovery_hashes);
  EXPECT_EQ(found->agent.presence(), v1::PRESENCE_UNSPECIFIED) << "presence is live, not stored";
  EXPECT_EQ(this->directory_->agent(AgentId(8)).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(this->directory_->agent_count().value(), 1U);
}

TYPED_TEST_P(DirectoryContract, RefusesAnEmailThatIsTaken) {
  ASSERT_TRUE(this->directory_->create_agent(this->agent(1, "a@x.org")));
  ASSERT_TRUE(this->directory_->create_agent(this->agent(2, "b@x.org")));
  const auto again = this->directory_->create_agent(this->agent(3, "A@X.ORG"));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::kConflict);
  EXPECT_EQ(again.error().client_code(), "email_taken");
  const auto moved = this->directory_->update_agent(this->agent(2, "a@X.org"));
  ASSERT_FALSE(moved);
  EXPECT_EQ(moved.error().client_code(), "email_taken");
  EXPECT_EQ(this->directory_->update_agent(this->agent(9, "n@x.org")).error().code, ErrorCode::kNotFound);
}

TYPED_TEST_P(DirectoryContract, ModifiesAnAgentOneAfterTheOther) {
  ASSERT_TRUE(this->directory_->create_agent(this->agent(1, "a@x.org")));
  // Each takes the next step; none is taken twice although they run side by side.
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([this] {
      for (int n = 0; n < 5; ++n) {
        EXPECT_TRUE(this->directory_->modify_agent(AgentId(1), [](AgentRecord& record) -> Result<void> {
          ++record.totp_last_step;
          return {};
        }));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(this->directory_->agent(AgentId(1))->totp_last_step, 20);

  const auto refused = this->directory_->modify_agent(AgentId(1), [](AgentRecord& record) -> Result<void> {
    record.totp_last_step = 0;
    return fail(ErrorCode::kForbidden, "no");
  });
  EXPECT_EQ(refused.error().code, ErrorCode::kForbidden);
  EXPECT_EQ(this->directory_->agent(AgentId(1))->totp_last_step, 20) << "nothing is written after an error";
}

TYPED_TEST_P(DirectoryContract, PagesThroughAgentsWithoutMissingOrRepeating) {
  for (std::uint64_t id = 1; id <= 5; ++id) {
    ASSERT_TRUE(this->directory_->create_agent(this->agent(id, std::to_string(id) + "@x.org")));
  }
  std::vector<std::uint64_t> seen;
  Page page{.cursor = {}, .limit = 2};
  do {
    const auto list = this->directory_->agents(page);
    ASSERT_TRUE(list);
    EXPECT_LE(list->agents_size(), 2);
    for (const v1::Agent& one : list->agents()) seen.push_back(one.id());
    page.cursor = list->next_cursor();
  } while (!page.cursor.empty());
  EXPECT_EQ(seen, (std::vector<std::uint64_t>{1, 2, 3, 4, 5}));
  EXPECT_EQ(this->directory_->agents({.cursor = "nonsense", .limit = 2}).error().code, ErrorCode::kInvalidArgument);
}

TYPED_TEST_P(DirectoryContract, SlidesEndsAndPurgesSessions) {
  ASSERT_TRUE(this->directory_->create_agent(this->agent(1, "a@x.org")));
  ASSERT_TRUE(this->directory_->create_agent(this->agent(2, "b@x.org")));
  const std::int64_t now = this->clock_.now_ms();
  for (std::uint64_t id = 1; id <= 3; ++id) {
    ASSERT_TRUE(this->directory_->create_session(this->session(id, AgentId(1), now)));
  }
  ASSERT_TRUE(this->directory_->create_session(this->session(4, AgentId(2), now)));

  ASSERT_TRUE(this->directory_->touch_session(AgentSessionId(1), now + 500));
  ASSERT_TRUE(this->directory_->touch_session(AgentSessionId(1), now + 100)) << "an older touch changes nothing";
  const auto touched = this->directory_->session_by_token_hash("hash1");
  ASSERT_TRUE(touched);
  EXPECT_EQ(touched->last_seen_ms, now + 500);
  EXPECT_EQ(touched->expires_ms, now + 1'500);
  EXPECT_EQ(touched->user_agent, "Browser");

  EXPECT_TRUE(this->directory_->end_sessions(AgentId(1), AgentSessionId(4), {})->empty()) << "not that agent's";
  EXPECT_EQ(this->directory_->end_sessions(AgentId(1), AgentSessionId(2), {}).value(),
            std::vector<AgentSessionId>{AgentSessionId(2)});
  EXPECT_EQ(this->directory_->end_sessions(AgentId(1), {}, AgentSessionId(1)).value(),
            std::vector<AgentSessionId>{AgentSessionId(3)});

  ASSERT_TRUE(this->directory_->purge(now + 1'200));
  EXPECT_TRUE(this->directory_->session_by_token_hash("hash1"));
  EXPECT_EQ(this->directory_->session_by_token_hash("hash4").error().code, ErrorCode::kNotFound);
}

TYPED_TEST_P(DirectoryContract, KeepsApiTokensWithoutTheirSecret) {
  ApiTokenRecord record;
  record.token.set_id(5);
  record.token.set_agent_id(1);
  record.token.set_name("ci");
  record.token.set_secret("wk_secret");
  record.token_hash = "h";
  ASSERT_TRUE(this->directory_->create_api_token(record));
  ASSERT_TRUE(this->directory_->touch_api_token(ApiTokenId(5), 99));
  const auto found = this->directory_->api_token_by_hash("h");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->token.secret(), "");
  EXPECT_EQ(found->token.last_used_ms(), 99);
  EXPECT_EQ(this->directory_->api_tokens(AgentId(1), {})->tokens_size(), 1);
  EXPECT_EQ(this->directory_->api_tokens(AgentId(2), {})->tokens_size(), 0);
  EXPECT_EQ(this->directory_->api_tokens(std::nullopt, {})->tokens_size(), 1);
  ASSERT_TRUE(this->directory_->delete_api_token(ApiTokenId(5)));
  EXPECT_EQ(this->directory_->delete_api_token(ApiTokenId(5)).error().code, ErrorCode::kNotFound);
  EXPECT_FALSE(this->directory_->api_token(ApiTokenId(5)));
}

TYPED_TEST_P(DirectoryContract, ShowsSitesAsAnUnchangingCopy) {
  ASSERT_TRUE(this->directory_->create_site(this->site(1, "shop")));
  const auto before = this->directory_->sites();
  v1::Site renamed = this->site(1, "shop");
  renamed.set_name("New name");
  ASSERT_TRUE(this->directory_->update_site(renamed));
  ASSERT_EQ(before->size(), 1U);
  EXPECT_EQ(before->front().name(), "Site shop") << "who holds a copy sees it unchanged";
  EXPECT_EQ(this->directory_->sites()->front().name(), "New name");
  EXPECT_EQ(this->directory_->create_site(this->site(2, "shop")).error().client_code(), "key_taken");
  EXPECT_EQ(this->directory_->update_site(this->site(3, "other")).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(this->directory_->site(SiteId(3)).error().code, ErrorCode::kNotFound);
  this->reopen();
  EXPECT_EQ(this->directory_->site(SiteId(1))->name(), "New name");
}

TYPED_TEST_P(DirectoryContract, FindsContactsByTextNewestFirst) {
  ASSERT_TRUE(this->directory_->put_contact(this->contact(1, "Anna 100%")));
  ASSERT_TRUE(this->directory_->put_contact(this->contact(2, "王小明")));
  ASSERT_TRUE(this->directory_->put_contact(this->contact(3, "hanna")));
  const auto names = [this](const std::string& text, std::size_t limit) {
    std::vector<std::string> all;
    Page page{.cursor = {}, .limit = limit};
    do {
      const auto list = this->directory_->contacts(text, page);
      EXPECT_TRUE(list);
      if (!list) return all;
      for (const v1::Contact& one : list->contacts()) all.push_back(one.name());
      page.cursor = list->next_cursor();
    } while (!page.cursor.empty());
    return all;
  };
  EXPECT_EQ(names("", 1), (std::vector<std::string>{"hanna", "王小明", "Anna 100%"}));
  EXPECT_EQ(names("ANN", 10), (std::vector<std::string>{"hanna", "Anna 100%"}));
  EXPECT_EQ(names("小明", 10), (std::vector<std::string>{"王小明"}));
  EXPECT_EQ(names("%", 10), (std::vector<std::string>{"Anna 100%"})) << "% stands for itself";
  EXPECT_EQ(this->directory_->contacts("", {.cursor = "x", .limit = 1}).error().code, ErrorCode::kInvalidArgument);
}

TYPED_TEST_P(DirectoryContract, FindsContactsByAnyPieceOfWhatTheyAreNow) {
  v1::Contact li = this->contact(1, "李雷 Li Lei");
  li.set_email("Lei.Li@Example.com");
  li.set_phone("+86 138-0013-5678");
  li.set_external_id("crm/77");
  ASSERT_TRUE(this->directory_->put_contact(li));
  ASSERT_TRUE(this->directory_->put_contact(this->contact(2, "韩梅梅")));
  const auto found = [this](const std::string& text) {
    const auto list = this->directory_->contacts(text, {});
    EXPECT_TRUE(list) << text;
    return list ? list->contacts_size() : -1;
  };
  for (const char* text : {"雷", "李雷", "雷 l", "lei li", "XAMPLE", "@example", "5678", "13800135678", "138-0013", "crm/", "7", " 李 "}) {
    EXPECT_EQ(found(text), 1) << text;
  }
  for (const char* text : {"雷李", "李梅", "example.org", "13800135679", "\"", "NOT x", "*"}) EXPECT_EQ(found(text), 0) << text;
  EXPECT_EQ(found(" "), 2);
  li.set_name("Lucy");
  ASSERT_TRUE(this->directory_->put_contact(li));
  EXPECT_EQ(found("李雷"), 0);
  EXPECT_EQ(found("lucy"), 1);
  ASSERT_TRUE(this->learn({.site = SiteId(1), .contact = ContactId(3), .name = "Jim Green", .email = {}, .phone = {},
                                                   .context = {}, .time_ms = 1}));
  EXPECT_EQ(found("jim"), 1);
  this->reopen();
  EXPECT_EQ(found("lucy"), 1);
  EXPECT_EQ(this->directory_->contacts("e", {.cursor = "5-1", .limit = 1}).error().code, ErrorCode::kInvalidArgument);
}

TYPED_TEST_P(DirectoryContract, HasOneContactForAnExternalIdWithinASite) {
  v1::Contact known = this->contact(1, "Ann");
  known.set_external_id("u-1");
  ASSERT_TRUE(this->directory_->put_contact(known));
  ASSERT_TRUE(this->directory_->put_contact(known));
  ASSERT_TRUE(this->directory_->put_contact(this->contact(2, "nobody")));
  ASSERT_TRUE(this->directory_->put_contact(this->contact(3, "nobody too")));
  v1::Contact other = this->contact(4, "Bob");
  other.set_external_id("u-1");
  EXPECT_EQ(this->directory_->put_contact(other).error().client_code(), "external_id_taken");
  other.set_site_id(2);
  EXPECT_TRUE(this->directory_->put_contact(other));
  EXPECT_EQ(this->directory_->contact_by_external_id(SiteId(1), "u-1")->id(), 1U);
  EXPECT_EQ(this->directory_->contact_by_external_id(SiteId(2), "u-1")->id(), 4U);
  EXPECT_EQ(this->directory_->contact_by_external_id(SiteId(1), "").error().code, ErrorCode::kNotFound);
}

TYPED_TEST_P(DirectoryContract, LearnsContactsFromEventsInAnyOrder) {
  v1::VisitorContext page;
  page.set_page_url("https://shop.example/b");
  const ContactUpdate started{.site = SiteId(1), .contact = ContactId(9), .name = {}, .email = {}, .phone = {},
                                 .context = page, .time_ms = 1'000};
  const ContactUpdate first{.site = SiteId(1), .contact = ContactId(9), .name = "Li", .email = "li@x.org", .phone = {},
                               .context = {}, .time_ms = 2'000};
  const ContactUpdate second{.site = SiteId(1), .contact = ContactId(9), .name = "Li Lei", .email = {}, .phone = {},
                                .context = {}, .time_ms = 3'000};
  for (const auto& event : {second, first, started, second, first, started}) {
    ASSERT_TRUE(this->learn(event));
  }
  const auto learnt = this->directory_->contact(ContactId(9));
  ASSERT_TRUE(learnt);
  EXPECT_EQ(learnt->name(), "Li Lei");
  EXPECT_EQ(learnt->email(), "li@x.org");
  EXPECT_EQ(learnt->created_ms(), 1'000);
  EXPECT_EQ(learnt->last_seen_ms(), 3'000);
  EXPECT_EQ(learnt->context().page_url(), "https://shop.example/b");
}

TYPED_TEST_P(DirectoryContract, LearnsAWholeBatchOfContactsTheSameOneTwice) {
  std::vector<ContactUpdate> batch;
  for (std::uint64_t id = 1; id <= 300; ++id) {
    batch.push_back({.site = SiteId(1), .contact = ContactId(id), .name = "Visitor " + std::to_string(id), .time_ms = 1'000});
  }
  batch.push_back({.site = SiteId(1), .contact = ContactId(7), .name = "Li Lei", .time_ms = 2'000});
  batch.push_back({.site = SiteId(1), .contact = ContactId(7), .email = "li@x.org", .time_ms = 3'000});
  ASSERT_TRUE(this->directory_->apply(batch));
  EXPECT_TRUE(this->directory_->apply({}));
  EXPECT_EQ(this->directory_->contact(ContactId(300))->name(), "Visitor 300");
  const auto twice = this->directory_->contact(ContactId(7));
  ASSERT_TRUE(twice);
  EXPECT_EQ(twice->name(), "Li Lei");
  EXPECT_EQ(twice->email(), "li@x.org");
  EXPECT_EQ(twice->created_ms(), 1'000);
  this->reopen();
  EXPECT_EQ(this->directory_->contacts("Li Lei", {})->contacts_size(), 1);
}

TYPED_TEST_P(DirectoryContract, LearnsAttributesFromEventsAndForgetsThoseTakenAway) {
  const auto say = [this](std::int64_t time_ms, std::map<std::string, std::string> attributes) {
    return this->learn({.site = SiteId(1), .contact = ContactId(9), .name = {}, .email = {}, .phone = {},
                                                .context = {}, .time_ms = time_ms, .attributes = std::move(attributes)});
  };
  ASSERT_TRUE(say(2'000, {{"plan", "pro"}, {"cart", "3"}}));
  ASSERT_TRUE(say(3'000, {{"cart", ""}, {"city", "杭州"}}));
  ASSERT_TRUE(say(1'000, {{"plan", "free"}, {"seats", "4"}}));
  auto found = this->directory_->contact(ContactId(9));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->attributes_size(), 3);
  EXPECT_EQ(found->attributes().at("plan"), "pro") << "an older word does not replace a newer one";
  EXPECT_EQ(found->attributes().at("city"), "杭州");
  EXPECT_EQ(found->attributes().at("seats"), "4");
  std::map<std::string, std::string> many;
  for (std::size_t i = 0; i < limits::kAttributesMax; ++i) many["a" + std::to_string(i)] = "x";
  ASSERT_TRUE(say(4'000, many));
  found = this->directory_->contact(ContactId(9));
  EXPECT_EQ(static_cast<std::size_t>(found->attributes_size()), limits::kAttributesMax);
  EXPECT_EQ(found->attributes().at("plan"), "pro") << "what is there is not pushed out";
}

TYPED_TEST_P(DirectoryContract, NeverOverwritesAVerifiedNameFromAnEvent) {
  v1::Contact known = this->contact(1, "Ann Verified");
  known.set_verified(true);
  ASSERT_TRUE(this->directory_->put_contact(known));
  ASSERT_TRUE(this->learn({.site = SiteId(1), .contact = ContactId(1), .name = "Mallory",
                                                   .email = "m@x.org", .phone = {}, .context = {},
                                                   .time_ms = this->clock_.now_ms() + 5'000}));
  const auto found = this->directory_->contact(ContactId(1));
  EXPECT_EQ(found->name(), "Ann Verified");
  EXPECT_EQ(found->email(), "m@x.org") << "what was empty may be filled";
}

TYPED_TEST_P(DirectoryContract, KeepsAttachmentsAndCountsTheirBytes) {
  AttachmentRecord record{.id = AttachmentId(3), .attachment = {}, .conversation = ConversationId(4), .site = SiteId(1),
                          .uploader_id = 5, .uploader_kind = v1::ACTOR_KIND_VISITOR, .created_ms = 6, .sha256_hex = "ab"};
  record.attachment.set_name("猫.png");
  record.attachment.set_size_bytes(3'000'000'000);
  ASSERT_TRUE(this->directory_->create_attachment(record));
  const auto found = this->directory_->attachment(AttachmentId(3));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->attachment.id(), 3U);
  EXPECT_EQ(found->attachment.name(), "猫.png");
  EXPECT_EQ(found->conversation, ConversationId(4));
  EXPECT_EQ(found->uploader_id, 5U);
  EXPECT_EQ(found->uploader_kind, v1::ACTOR_KIND_VISITOR);
  EXPECT_EQ(this->directory_->attachment_bytes(SiteId(1)).value(), 3'000'000'000U);
  EXPECT_EQ(this->directory_->attachment_bytes(SiteId(2)).value(), 0U);
  EXPECT_EQ(this->directory_->attachment(AttachmentId(4)).error().code, ErrorCode::kNotFound);
}

TYPED_TEST_P(DirectoryContract, RemembersTheFirstAnswerOfAKeyForADay) {
  constexpr std::int64_t kDay = 24LL * 3600 * 1000;
  const auto put = [this](const std::string& body) {
    return this->directory_->put_idempotent_answer("agent 1", "k", {.request_hash = "r", .status = 201, .body = body},
                                                   this->clock_.now_ms());
  };
  EXPECT_FALSE(this->directory_->idempotent_answer("agent 1", "k")->has_value());
  ASSERT_TRUE(put("first"));
  ASSERT_TRUE(put("second"));
  const auto answer = this->directory_->idempotent_answer("agent 1", "k");
  ASSERT_TRUE(answer && answer->has_value());
  EXPECT_EQ((*answer)->body, "first");
  EXPECT_EQ((*answer)->status, 201U);
  EXPECT_FALSE(this->directory_->idempotent_answer("agent 2", "k")->has_value()) << "keys are the asker's own";
  this->clock_.advance(Milliseconds(kDay));
  EXPECT_FALSE(this->directory_->idempotent_answer("agent 1", "k")->has_value());
  ASSERT_TRUE(put("third"));
  EXPECT_EQ((*this->directory_->idempotent_answer("agent 1", "k"))->body, "third");
  ASSERT_TRUE(this->directory_->purge(this->clock_.now_ms()));
  EXPECT_TRUE(this->directory_->idempotent_answer("agent 1", "k")->has_value());
}

TYPED_TEST_P(DirectoryContract, KeepsSettingsAcrossAStart) {
  EXPECT_FALSE(this->directory_->setting("a")->has_value());
  ASSERT_TRUE(this->directory_->put_setting("a", "1"));
  ASSERT_TRUE(this->directory_->put_setting("a", std::string("2\0x", 3)));
  this->reopen();
  EXPECT_EQ(this->directory_->setting("a").value(), std::string("2\0x", 3));
}

REGISTER_TYPED_TEST_SUITE_P(DirectoryContract, KeepsAgentsWholeAndFindsThemByEmailInAnyCase, RefusesAnEmailThatIsTaken,
                            ModifiesAnAgentOneAfterTheOther, PagesThroughAgentsWithoutMissingOrRepeating,
                            SlidesEndsAndPurgesSessions, KeepsApiTokensWithoutTheirSecret, ShowsSitesAsAnUnchangingCopy,
                            FindsContactsByTextNewestFirst, FindsContactsByAnyPieceOfWhatTheyAreNow, HasOneContactForAnExternalIdWithinASite,
                            LearnsContactsFromEventsInAnyOrder, LearnsAWholeBatchOfContactsTheSameOneTwice,
                            LearnsAttributesFromEventsAndForgetsThoseTakenAway, NeverOverwritesAVerifiedNameFromAnEvent,
                            KeepsAttachmentsAndCountsTheirBytes, RemembersTheFirstAnswerOfAKeyForADay,
                            KeepsSettingsAcrossAStart);

}  // namespace wk
