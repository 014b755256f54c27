// HTML through libxml2's SAX interface: no tree, so memory does not follow the input. It is lenient
// as browsers are.
#include <libxml/HTMLparser.h>

#include <algorithm>
#include <array>
#include <memory>

#include "ai_agent/documents/detail/markdown_writer.hpp"
#include "ai_agent/documents/detail/readers.hpp"
#include "ai_agent/documents/detail/text_encoding.hpp"
#include "ai_agent/documents/html_page.hpp"
#include "ai_agent/documents/limits.hpp"

namespace wk::ai::detail {
namespace {

constexpr std::size_t kPieceBytes = 16 * 1024;

std::string_view view(const xmlChar* text) {
  return text == nullptr ? std::string_view()
                         : std::string_view(reinterpret_cast<const char*>(text));
}

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// What is not the page's text: programs, looks, ways around the site, things to fill in.
bool is_left_out(std::string_view name) {
  return is_one_of(name, {"script", "style", "nav", "footer", "noscript", "template", "svg", "math",
                          "iframe", "object", "canvas", "select", "button", "textarea", "dialog"});
}

bool is_block(std::string_view name) {
  return is_one_of(
      name, {"p",       "div",     "section", "article",    "main",  "header",   "aside",
             "table",   "ul",      "ol",      "dl",         "dt",    "dd",       "blockquote",
             "pre",     "hr",      "figure",  "figcaption", "form",  "fieldset", "address",
             "details", "summary", "body",    "caption",    "thead", "tbody"});
}

int heading_level(std::string_view name) {
  return name.size() == 2 && name[0] == 'h' && name[1] >= '1' && name[1] <= '6' ? name[1] - '0' : 0;
}

bool is_hidden(const xmlChar** attributes) {
  for (; attributes != nullptr && attributes[0] != nullptr; attributes += 2) {
    const std::string_view name = view(attributes[0]);
    const std::string_view value = view(attributes[1]);
    if (name == "hidden") return true;
    if (name == "aria-hidden" && value == "true") return true;
    if (name == "role" && value == "navigation") return true;
  }
  return false;
}

const xmlChar* value_of(const xmlChar** attributes, std::string_view wanted) {
  for (; attributes != nullptr && attributes[0] != nullptr; attributes += 2) {
    if (view(attributes[0]) == wanted) return attributes[1];
  }
  return nullptr;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return out;
}

// A list of words between blanks or commas, in lower case, has this one.
bool has_word(std::string_view list, std::string_view word) {
  for (std::size_t at = 0; at < list.size();) {
    const std::size_t end = std::min(list.find_first_of(" ,\t\r\n\f", at), list.size());
    if (list.substr(at, end - at) == word) return true;
    at = end + 1;
  }
  return false;
}

// What an element says of other pages, and of how this one is to be taken.
void note_links(std::string_view name, const xmlChar** attributes, PageLinks& links) {
  const xmlChar* const href = value_of(attributes, "href");
  if (name == "a" || name == "area") {
    if (href == nullptr || has_word(lower(view(value_of(attributes, "rel"))), "nofollow")) return;
    if (links.hrefs.size() == document_limits::kLinksMax || view(href).size() > document_limits::kLinkBytesMax) {
      links.more = true;
    } else {
      links.hrefs.emplace_back(view(href));
    }
  } else if (name == "base") {
    // The first one counts (HTML, 4.2.3).
    if (href != nullptr && links.base.empty() && view(href).size() <= document_limits::kLinkBytesMax) links.base = view(href);
  } else if (name == "link") {
    if (href == nullptr || !has_word(lower(view(value_of(attributes, "rel"))), "canonical")) return;
    if (links.canonical.empty() && view(href).size() <= document_limits::kLinkBytesMax) links.canonical = view(href);
  } else if (name == "meta") {
    const std::string of = lower(view(value_of(attributes, "name")));
    if (of != "robots" && of != "weikeyi") return;
    const std::string says = lower(view(value_of(attributes, "content")));
    if (has_word(says, "noindex") || has_word(says, "none")) links.noindex = true;
    if (has_word(says, "nofollow") || has_word(says, "none")) links.nofollow = true;
  }
}

class HtmlReader {
 public:
  explicit HtmlReader(PageLinks* links) : links_(links) {}

  // libxml2 owns the context and calls back with this.
  htmlParserCtxtPtr parser = nullptr;
  bool too_deep = false;

  void start(std::string_view name, const xmlChar** attributes) {
    if (++depth_ > document_limits::kHtmlDepthMax) {
      too_deep = true;
      xmlStopParser(parser);
      return;
    }
    // Links are in menus, too, whose text is left out.
    if (links_ != nullptr) note_links(name, attributes, *links_);
    if (left_out_ > 0 || is_left_out(name) || is_hidden(attributes)) {
      ++left_out_;
      return;
    }
    if (name == "title") ++title_;
    if (const int level = heading_level(name); level != 0) writer_.heading(level);
    if (name == "br") writer_.line_break();
    if (name == "pre") ++preformatted_;
    if (name == "ul" || name == "ol") ++lists_;
    if (name == "tr") writer_.begin_row();
    if (name == "td" || name == "th") writer_.begin_cell();
    if (name == "li") {
      writer_.item(std::max(lists_, 1));
    } else if (is_block(name) && !(name == "p" && fresh_item_)) {
      writer_.paragraph();
    }
    fresh_item_ = name == "li";
  }
  void end(std::string_view name) {
    --depth_;
    if (left_out_ > 0) {
      --left_out_;
      return;
    }
    if (name == "title" && title_ > 0) --title_;
    if (name == "pre" && preformatted_ > 0) --preformatted_;
    if ((name == "ul" || name == "ol") && lists_ > 0) --lists_;
    if (name == "tr") writer_.end_row();
    if (name == "li" || is_block(name) || heading_level(name) != 0) writer_.paragraph();
  }
  void characters(std::string_view text) {
    if (left_out_ > 0) return;
    if (title_ > 0) {
      title_writer_.text(text);
    } else if (preformatted_ > 0) {
      writer_.preformatted(text);
    } else {
      writer_.text(text);
    }
    if (text.find_first_not_of(" \t\r\n") != std::string_view::npos) fresh_item_ = false;
    if (writer_.full() || title_writer_.full()) xmlStopParser(parser);
  }

  MarkdownWriter& writer() { return writer_; }
  MarkdownWriter& title_writer() { return title_writer_; }

 private:
  MarkdownWriter writer_;
  MarkdownWriter title_writer_;
  PageLinks* const links_;  // null: nobody wants them
  int depth_ = 0;
  int left_out_ = 0;  // elements we are in since one that is left out
  int title_ = 0;
  int preformatted_ = 0;
  int lists_ = 0;
  bool fresh_item_ = false;  // "<li><p>" is one block
};

struct FreeParser {
  void operator()(htmlParserCtxtPtr parser) const { htmlFreeParserCtxt(parser); }
};

// The charset that the first bytes declare: <meta charset=x>, or within a content attribute.
std::string_view declared_charset(std::string_view bytes) {
  const std::string_view head = bytes.substr(0, 2048);
  const std::size_t at = head.find("charset=");
  if (at == std::string_view::npos) return {};
  std::string_view name = head.substr(at + 8);
  if (name.starts_with('"') || name.starts_with('\'')) name.remove_prefix(1);
  return name.substr(0, name.find_first_of("\"'>; /\n\t"));
}

}  // namespace

Result<DocumentText> read_html(std::string_view bytes, Deadline deadline, std::string_view charset,
                               PageLinks* links) {
  WK_TRY(const std::string html, to_utf8(bytes, charset.empty() ? declared_charset(bytes) : charset));
  HtmlReader reader(links);
  htmlSAXHandler sax{};
  sax.startElement = [](void* self, const xmlChar* name, const xmlChar** attributes) {
    static_cast<HtmlReader*>(self)->start(view(name), attributes);
  };
  sax.endElement = [](void* self, const xmlChar* name) {
    static_cast<HtmlReader*>(self)->end(view(name));
  };
  sax.characters = [](void* self, const xmlChar* text, int count) {
    static_cast<HtmlReader*>(self)->characters(
        {reinterpret_cast<const char*>(text), static_cast<std::size_t>(count)});
  };
  sax.ignorableWhitespace = sax.characters;
  sax.cdataBlock = sax.characters;
  const std::unique_ptr<htmlParserCtxt, FreeParser> parser(
      htmlCreatePushParserCtxt(&sax, &reader, nullptr, 0, nullptr, XML_CHAR_ENCODING_UTF8));
  if (parser == nullptr) return fail(ErrorCode::kInternal, "document: no HTML parser");
  // It is UTF-8 now, whatever the page says of itself.
  htmlCtxtUseOptions(parser.get(), HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
                                       HTML_PARSE_NONET | HTML_PARSE_IGNORE_ENC);
  reader.parser = parser.get();
  for (std::size_t at = 0; at < html.size(); at += kPieceBytes) {
    const std::size_t count = std::min(kPieceBytes, html.size() - at);
    htmlParseChunk(parser.get(), html.data() + at, static_cast<int>(count), 0);
    if (reader.too_deep || reader.writer().full()) break;
    if (std::chrono::steady_clock::now() > deadline) return too_slow();
  }
  if (!reader.too_deep && !reader.writer().full()) htmlParseChunk(parser.get(), nullptr, 0, 1);
  if (reader.too_deep) return damaged("HTML elements too deep in each other");
  DocumentText document{
      .title = reader.title_writer().take(), .markdown = reader.writer().take(), .pages = {}};
  if (reader.writer().full()) return too_large("more text than an entry may hold");
  if (!document.title.empty()) document.title.pop_back();  // the line's end
  return document;
}

}  // namespace wk::ai::detail

namespace wk::ai {

HtmlPage read_html_page(std::string_view bytes, std::string_view charset, const DocumentOptions& options) {
  HtmlPage page;
  page.document = detail::read_html(bytes, std::chrono::steady_clock::now() + options.time_max, charset, &page.links);
  if (page.document && page.document->markdown.find_first_not_of(" \n\t") == std::string::npos) page.document = detail::without_text();
  return page;
}

}  // namespace wk::ai
