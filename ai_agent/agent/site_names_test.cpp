#include "ai_agent/agent/site_names.hpp"

#include <gtest/gtest.h>

#include "storage/embedded/directory/sqlite_directory.hpp"
#include "tests/contract/temporary_directory.hpp"

namespace wk::ai {
namespace {

class SiteNamesTest : public ::testing::Test {
 protected:
  SiteNamesTest() {
    auto opened = SqliteDirectory::open(files_.path() / "directory.db", SystemClock::instance());
    EXPECT_TRUE(opened) << opened.error().context;
    directory_ = std::move(*opened);
    for (std::uint64_t id = 1; id <= 2; ++id) {
      v1::Site site;
      site.set_id(id);
      site.set_key("site-" + std::to_string(id));
      const auto created = directory_->create_site(site);
      EXPECT_TRUE(created);
    }
  }
  void set(std::uint64_t id, const std::vector<std::string>& products, const std::string& name = "Shop") {
    auto site = directory_->site(SiteId(id));
    ASSERT_TRUE(site);
    site->set_name(name);
    site->mutable_bot()->clear_name_lists();
    v1::NameList& list = *site->mutable_bot()->add_name_lists();
    list.set_name("product");
    for (const std::string& product : products) list.add_names()->set_name(product);
    ASSERT_TRUE(directory_->update_site(*site));
  }
  static std::vector<std::string> found(const Gazetteer& names, const std::string& text) {
    std::vector<std::string> out;
    for (const Entity& entity : find_entities(text, names)) out.push_back(entity.list + " " + entity.value);
    return out;
  }
  using List = std::vector<std::string>;

  wk::testing::TemporaryDirectory files_;
  std::unique_ptr<SqliteDirectory> directory_;
};

TEST_F(SiteNamesTest, EachSiteHasItsOwnAsTheyAreNow) {
  const SiteNames names(*directory_);
  EXPECT_EQ(names.of(SiteId(1)), no_names());
  EXPECT_EQ(names.of(SiteId(7)), no_names()) << "no such site";
  set(1, {"Lamp"});
  set(2, {"Sofa"});
  EXPECT_EQ(found(*names.of(SiteId(1)), "a lamp and a sofa"), List{"product Lamp"});
  EXPECT_EQ(found(*names.of(SiteId(2)), "a lamp and a sofa"), List{"product Sofa"});
  const auto before = names.of(SiteId(1));
  set(1, {"Lamp", "Sofa"});
  EXPECT_EQ(found(*names.of(SiteId(1)), "a lamp and a sofa"), (List{"product Lamp", "product Sofa"}));
  EXPECT_EQ(found(*before, "a lamp and a sofa"), List{"product Lamp"}) << "who has them goes on with them";
  set(1, {});
  EXPECT_EQ(found(*names.of(SiteId(1)), "a lamp and a sofa"), List{});
}

TEST_F(SiteNamesTest, AreMadeOnceAsLongAsTheListsStayAsTheyAre) {
  const SiteNames names(*directory_);
  set(1, {"Lamp"});
  const auto made = names.of(SiteId(1));
  EXPECT_EQ(names.of(SiteId(1)), made);
  set(1, {"Lamp"}, "Another name");
  set(2, {"Sofa"});
  EXPECT_EQ(names.of(SiteId(1)), made) << "sites were written, but not these lists";
  set(1, {"Lamp", "Chair"});
  EXPECT_NE(names.of(SiteId(1)), made);
}

TEST_F(SiteNamesTest, WhatCannotBeLookedForIsLeftOut) {
  const SiteNames names(*directory_);
  set(1, {std::string(1'000, 'x')});
  EXPECT_EQ(names.of(SiteId(1)), no_names());
}

}  // namespace
}  // namespace wk::ai
