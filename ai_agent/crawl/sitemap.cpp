// Through libxml2's SAX interface: no tree, no entities but XML's own, nothing fetched.
#include "ai_agent/crawl/sitemap.hpp"

#include <libxml/parser.h>

#include <algorithm>
#include <memory>

#include "ai_agent/crawl/limits.hpp"
#include "base/encoding.hpp"

namespace wk::ai {
namespace {

using namespace crawl_limits;

constexpr std::size_t kPieceBytes = 16 * 1024;

std::string trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return std::string(text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1));
}

std::string_view view(const xmlChar* text) { return text == nullptr ? std::string_view() : std::string_view(reinterpret_cast<const char*>(text)); }

struct Reader {
  Sitemap found;
  std::string location;
  bool in_location = false;
  bool of_index = false;  // within <sitemap>

  bool full() const { return found.pages.size() + found.sitemaps.size() >= kSitemapUrlsMax; }
  void add() {
    std::string address = trimmed(location);
    location.clear();
    if (address.empty() || address.size() > kUrlBytesMax || full()) return;
    (of_index ? found.sitemaps : found.pages).push_back(std::move(address));
  }
};

struct FreeParser {
  void operator()(xmlParserCtxtPtr parser) const {
    // Made by the parser where a document declares an entity, also without a tree (SAX_COMPATIBILITY_MODE).
    xmlDocPtr const document = parser->myDoc;
    xmlFreeParserCtxt(parser);
    if (document != nullptr) xmlFreeDoc(document);
  }
};

Sitemap read_lines(std::string_view bytes) {
  Reader reader;
  if (!utf8_valid(bytes)) return {};
  while (!bytes.empty() && !reader.full()) {
    const std::size_t end = std::min(bytes.find('\n'), bytes.size());
    const std::string line = trimmed(bytes.substr(0, end));
    if (line.starts_with("https://") || line.starts_with("http://")) {
      reader.location = line;
      reader.add();
    }
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
  }
  return std::move(reader.found);
}

}  // namespace

Sitemap read_sitemap(std::string_view bytes) {
  bytes = bytes.substr(0, kSitemapBytesMax);
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  const std::size_t first = bytes.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  bytes.remove_prefix(first);
  if (bytes.front() != '<') return read_lines(bytes);
  Reader reader;
  xmlSAXHandler sax{};
  sax.initialized = XML_SAX2_MAGIC;
  sax.startElementNs = [](void* self, const xmlChar* name, const xmlChar*, const xmlChar* space, int, const xmlChar**, int, int, const xmlChar**) {
    auto& to = *static_cast<Reader*>(self);
    if (view(name) == "sitemap") to.of_index = true;
    if (view(name) == "url") to.of_index = false;
    // <image:loc> is a picture's.
    if (view(name) == "loc" && (space == nullptr || view(space).find("sitemap-") == std::string_view::npos)) to.in_location = true;
  };
  sax.endElementNs = [](void* self, const xmlChar* name, const xmlChar*, const xmlChar*) {
    auto& to = *static_cast<Reader*>(self);
    if (view(name) != "loc" || !to.in_location) return;
    to.in_location = false;
    to.add();
  };
  sax.characters = [](void* self, const xmlChar* text, int count) {
    auto& to = *static_cast<Reader*>(self);
    if (to.in_location && to.location.size() <= kUrlBytesMax) to.location.append(reinterpret_cast<const char*>(text), static_cast<std::size_t>(count));
  };
  sax.cdataBlock = sax.characters;
  // Nothing is defined in a sitemap; what defines something is left.
  sax.internalSubset = [](void*, const xmlChar*, const xmlChar*, const xmlChar*) {};
  const std::unique_ptr<xmlParserCtxt, FreeParser> parser(xmlCreatePushParserCtxt(&sax, &reader, nullptr, 0, nullptr));
  if (parser == nullptr) return {};
  xmlCtxtUseOptions(parser.get(), XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NOCDATA);
  for (std::size_t at = 0; at < bytes.size() && !reader.full(); at += kPieceBytes) {
    const std::size_t count = std::min(kPieceBytes, bytes.size() - at);
    if (xmlParseChunk(parser.get(), bytes.data() + at, static_cast<int>(count), at + count == bytes.size() ? 1 : 0) != 0) break;
  }
  return std::move(reader.found);
}

}  // namespace wk::ai
