// A page of the web: its text, and what it says of other pages.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ai_agent/documents/document.hpp"

namespace wk::ai {

// As written in the page: not resolved, not checked.
struct PageLinks {
  // <base href>, the first; empty: the page's own address.
  std::string base;
  // <link rel=canonical>, the first; may be empty.
  std::string canonical;
  // <meta name=robots>, or one for us by name.
  bool noindex = false;
  bool nofollow = false;
  // <a href> and <area href> without rel=nofollow, in order, menus and footers included; as many as document_limits.hpp has room for.
  std::vector<std::string> hrefs;
  // There were further or longer ones.
  bool more = false;
};

struct HtmlPage {
  // As read_document() answers. A page without text has links all the same.
  Result<DocumentText> document{DocumentText{}};
  PageLinks links;
};

// Blocks, up to time_max. Thread-safe. charset: what HTTP said of it, which goes before what the page says; may be empty.
HtmlPage read_html_page(std::string_view bytes, std::string_view charset, const DocumentOptions& options = document_options());

}  // namespace wk::ai
