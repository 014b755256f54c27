// For tests: a knowledge base on a directory of its own.
#pragma once

#include <gtest/gtest.h>

#include "ai_agent/agent/knowledge_base.hpp"
#include "storage/embedded/knowledge/sqlite_knowledge.hpp"
#include "tests/contract/temporary_directory.hpp"

namespace wk::ai {

class TestKnowledge {
 public:
  TestKnowledge() { reopen(); }

  // As after a restart, with the sentence encoder that is there now.
  void reopen(const SentenceEncoder* encoder = nullptr) {
    base_.reset();
    store_.reset();
    auto opened = SqliteKnowledge::open(directory_.path() / "knowledge.db");
    if (!opened) {
      ADD_FAILURE() << opened.error().context;
      return;
    }
    store_ = std::move(*opened);
    base_ = std::make_unique<KnowledgeBase>(*store_, files(), encoder, SystemClock::instance());
    if (auto loaded = base_->load(); !loaded) ADD_FAILURE() << loaded.error().context;
  }
  KnowledgeBase& base() { return *base_; }
  KnowledgeStore& store() { return *store_; }
  std::filesystem::path files() const { return directory_.path() / "ai"; }

  static v1::KnowledgeEntry faq(std::uint64_t id, std::uint64_t site, const std::string& title, const std::string& body) {
    v1::KnowledgeEntry entry;
    entry.set_id(id);
    entry.set_site_id(site);
    entry.set_kind(v1::KNOWLEDGE_KIND_FAQ);
    entry.set_title(title);
    entry.set_body(body);
    return entry;
  }
  // As the API does: each change has a later time.
  void put(v1::KnowledgeEntry entry) {
    entry.set_updated_ms(++now_ms_);
    if (auto done = base_->put(entry); !done) ADD_FAILURE() << done.error().context;
  }

 private:
  wk::testing::TemporaryDirectory directory_;
  std::unique_ptr<SqliteKnowledge> store_;
  std::unique_ptr<KnowledgeBase> base_;
  std::int64_t now_ms_ = 1'700'000'000'000;
};

}  // namespace wk::ai
