#include "ai_agent/agent/crawl_articles.hpp"

#include <algorithm>
#include <string_view>

#include "ai_agent/agent/limits.hpp"
#include "ai_agent/documents/parts.hpp"
#include "base/encoding.hpp"

namespace wk::ai {
namespace {

// The text of the first heading of the highest level; empty: none.
std::string_view first_heading(std::string_view markdown) {
  for (std::size_t at = 0; at < markdown.size();) {
    const std::size_t end = std::min(markdown.find('\n', at), markdown.size());
    const std::string_view line = markdown.substr(at, end - at);
    if (line.starts_with("# ")) return line.substr(2);
    at = end + 1;
  }
  return {};
}

// What the page calls itself, else its heading, else its address.
std::string title_of(const CrawledPage& page) {
  for (const std::string_view candidate : {std::string_view(page.document.title), first_heading(page.document.markdown), std::string_view(page.url)}) {
    std::string title;
    for (const char c : candidate) title += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    const std::size_t begin = title.find_first_not_of(' ');
    if (begin == std::string::npos || !utf8_valid(title)) continue;
    return std::string(utf8_prefix(std::string_view(title).substr(begin), agent_limits::kDocumentTitleBytesMax));
  }
  return page.url;
}

}  // namespace

Result<void> CrawlArticles::load(KnowledgeCrawlStore& store) {
  // Ids rise with time, and so do the parts of a page.
  return store.each_of_crawl(KnowledgeCrawlId(crawl_.id()), [this](v1::KnowledgeEntry&& entry) { known_[entry.url()].emplace_back(entry.id()); });
}

std::vector<std::string> CrawlArticles::known() const {
  std::vector<std::string> urls;
  for (const auto& [url, parts] : known_) urls.push_back(url);
  return urls;
}

// As they are now: people may have been at them since load().
Result<CrawlArticles::Stored> CrawlArticles::stored(const std::string& url) {
  Stored stored;
  for (const KnowledgeEntryId id : known_[url]) {
    auto entry = knowledge_.entry(id);
    if (!entry && entry.error().code != ErrorCode::kNotFound) return fail(std::move(entry).error());
    stored.entries.push_back(entry ? std::move(*entry) : v1::KnowledgeEntry());
    stored.edited |= stored.entries.back().edited();
  }
  return stored;
}

Result<void> CrawlArticles::on_page(CrawledPage&& page) {
  const std::vector<std::string> parts = document_parts(page.document.markdown, agent_limits::kDocumentPartBytesMax);
  const std::string title = title_of(page);
  const auto title_of_part = [&](std::size_t i) { return parts.size() == 1 ? title : title + " (" + std::to_string(i + 1) + "/" + std::to_string(parts.size()) + ")"; };
  const auto says = [&](const v1::KnowledgeEntry& entry, std::size_t i) {
    return entry.id() != 0 && entry.kind() == v1::KNOWLEDGE_KIND_ARTICLE && entry.title() == title_of_part(i) && entry.body() == parts[i];
  };
  WK_TRY(Stored before, stored(page.url));
  if (before.edited) {
    bool same = before.entries.size() == parts.size();
    for (std::size_t i = 0; same && i < parts.size(); ++i) same = says(before.entries[i], i);
    if (same) {
      crawl_.set_unchanged(crawl_.unchanged() + static_cast<std::uint32_t>(parts.size()));
    } else {
      skip(page.url, "edited");
    }
    return {};
  }
  Parts made;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    v1::KnowledgeEntry entry;
    // One that somebody erased comes again, as another one.
    if (i < before.entries.size()) entry = std::move(before.entries[i]);
    if (says(entry, i) && entry.site_id() == crawl_.site_id()) {
      crawl_.set_unchanged(crawl_.unchanged() + 1);
      continue;
    }
    const bool is_new = entry.id() == 0;
    if (is_new) {
      entry.set_id(ids_.next());
      entry.set_url(page.url);
      entry.set_crawl_id(crawl_.id());
      entry.set_created_ms(clock_.now_ms());
    }
    // Whether it is used, and its labels, are people's.
    entry.set_site_id(crawl_.site_id());
    entry.set_kind(v1::KNOWLEDGE_KIND_ARTICLE);
    entry.clear_phrasings();
    entry.set_title(title_of_part(i));
    entry.set_body(parts[i]);
    // It is also what tells versions apart: it never stands still.
    entry.set_updated_ms(std::max(clock_.now_ms(), entry.updated_ms() + 1));
    if (auto put = knowledge_.put(entry); !put) {
      // Half a page is worse than none: nobody would know what is missing.
      for (const KnowledgeEntryId id : made) (void)knowledge_.erase(id);
      return put;
    }
    if (is_new) made.emplace_back(entry.id());
    crawl_.set_changed(crawl_.changed() + 1);
  }
  for (std::size_t i = parts.size(); i < before.entries.size(); ++i) {
    if (before.entries[i].id() != 0) WK_TRY_VOID(erase(KnowledgeEntryId(before.entries[i].id())));
  }
  return {};
}

void CrawlArticles::on_skipped(const std::string& url, const char* reason, bool gone) {
  if (gone && known_.contains(url)) {
    // What people wrote goes by their hand alone.
    if (const auto articles = stored(url); articles && articles->edited) return skip(url, "edited_gone");
    gone_.push_back(url);
  }
  // One that only moved is not missed.
  if (std::string_view(reason) != "redirected") skip(url, reason);
}

void CrawlArticles::skip(const std::string& url, const char* reason) {
  crawl_.set_skipped_count(crawl_.skipped_count() + 1);
  if (static_cast<std::size_t>(crawl_.skipped_size()) >= agent_limits::kCrawlSkippedKept) return;
  v1::CrawlSkipped& skipped = *crawl_.add_skipped();
  skipped.set_url(url);
  skipped.set_reason(reason);
}

void CrawlArticles::on_progress(std::uint32_t pages_read, std::uint32_t pages_waiting) {
  crawl_.set_pages_read(pages_read);
  crawl_.set_pages_waiting(pages_waiting);
  changed_(crawl_);
}

Result<void> CrawlArticles::erase(KnowledgeEntryId id) {
  auto erased = knowledge_.erase(id);
  if (!erased && erased.error().code != ErrorCode::kNotFound) return erased;
  if (erased) crawl_.set_removed(crawl_.removed() + 1);
  return {};
}

Result<void> CrawlArticles::remove_gone() {
  for (const std::string& url : gone_) {
    WK_TRY(const Stored articles, stored(url));
    if (articles.edited) continue;  // only just
    for (const KnowledgeEntryId id : known_[url]) WK_TRY_VOID(erase(id));
  }
  return {};
}

}  // namespace wk::ai
