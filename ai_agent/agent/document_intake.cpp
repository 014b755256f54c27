#include "ai_agent/agent/document_intake.hpp"

#include <algorithm>

#include "ai_agent/agent/limits.hpp"
#include "ai_agent/documents/document.hpp"
#include "ai_agent/documents/parts.hpp"
#include "base/encoding.hpp"

namespace wk::ai {
namespace {

// What the file is called, without its ending: what a document calls itself is more often the template's name than its own.
std::string title_of(std::string_view name, std::string_view own) {
  const std::size_t ending = name.rfind('.');
  if (ending != std::string_view::npos && ending > 0) name = name.substr(0, ending);
  std::string title;
  for (const std::string_view candidate : {name, own, std::string_view("document")}) {
    for (const char c : candidate) title += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    const std::size_t begin = title.find_first_not_of(' ');
    if (begin != std::string::npos && utf8_valid(title)) return std::string(utf8_prefix(std::string_view(title).substr(begin), agent_limits::kDocumentTitleBytesMax));
    title.clear();
  }
  return title;
}

}  // namespace

// What somebody changed since is another text, and the file a new one.
Result<v1::KnowledgeEntryList> KnowledgeIntake::known(SiteId site, const std::vector<std::string>& titles, const std::vector<std::string>& parts) {
  v1::KnowledgeEntryList found;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    WK_TRY(std::vector<v1::KnowledgeEntry> titled, knowledge_.articles_titled(site, titles[i]));
    const auto same = std::find_if(titled.begin(), titled.end(), [&](const v1::KnowledgeEntry& one) { return one.body() == parts[i]; });
    if (same == titled.end()) return v1::KnowledgeEntryList();
    same->clear_body();
    *found.add_entries() = std::move(*same);
  }
  return found;
}

Result<DocumentIntake::Taken> KnowledgeIntake::take(const File& file) {
  const auto format = document_format(file.name, file.bytes);
  if (!format) return fail(Error{ErrorCode::kInvalidArgument, "document: neither Markdown, HTML, PDF, DOCX nor text", "document_unknown_format", 0});
  WK_TRY(const DocumentText document, read_document(*format, file.bytes));
  if (!utf8_valid(document.markdown) || document.markdown.find('\0') != std::string::npos) {
    return fail(Error{ErrorCode::kInvalidArgument, "document: what it holds is not text", "document_damaged", 0});
  }
  const std::vector<std::string> parts = document_parts(document.markdown, agent_limits::kDocumentPartBytesMax);
  const std::string title = title_of(file.name, document.title);
  std::vector<std::string> titles;
  for (std::size_t i = 0; i < parts.size(); ++i) titles.push_back(parts.size() == 1 ? title : title + " (" + std::to_string(i + 1) + "/" + std::to_string(parts.size()) + ")");
  WK_TRY(v1::KnowledgeEntryList there, known(file.site, titles, parts));
  if (there.entries_size() > 0) return Taken{std::move(there), true};
  v1::KnowledgeEntryList stored;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    v1::KnowledgeEntry entry;
    entry.set_id(ids_.next());
    entry.set_site_id(file.site.value());
    entry.set_kind(v1::KNOWLEDGE_KIND_ARTICLE);
    entry.set_title(titles[i]);
    entry.set_body(parts[i]);
    entry.set_created_ms(clock_.now_ms());
    entry.set_updated_ms(entry.created_ms());
    if (auto put = knowledge_.put(entry); !put) {
      // Half a document is worse than none: nobody would know what is missing.
      for (const v1::KnowledgeEntry& before : stored.entries()) (void)knowledge_.erase(KnowledgeEntryId(before.id()));
      return fail(std::move(put).error());
    }
    entry.clear_body();
    *stored.add_entries() = std::move(entry);
  }
  return Taken{std::move(stored), false};
}

}  // namespace wk::ai
