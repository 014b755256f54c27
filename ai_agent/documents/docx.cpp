// DOCX: a ZIP archive of XML. libzip unpacks it piece by piece, libxml2's SAX interface reads the
// pieces: neither the archive's word on a size nor the depth of what is in it decides how much
// memory is taken.
#include <libxml/parser.h>
#include <zip.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>

#include "ai_agent/documents/detail/markdown_writer.hpp"
#include "ai_agent/documents/detail/readers.hpp"
#include "ai_agent/documents/limits.hpp"

namespace wk::ai::detail {
namespace {

constexpr std::size_t kPieceBytes = 64 * 1024;

std::string_view view(const xmlChar* text) {
  return text == nullptr ? std::string_view()
                         : std::string_view(reinterpret_cast<const char*>(text));
}

// The five pointers libxml2 gives for each attribute.
class Attributes {
 public:
  Attributes(const xmlChar** rows, int count) : rows_(rows), count_(count) {}
  std::string_view value(std::string_view name) const {
    for (int i = 0; i < count_; ++i) {
      const xmlChar** row = rows_ + std::ptrdiff_t{i} * 5;
      if (view(row[0]) == name)
        return {reinterpret_cast<const char*>(row[3]), static_cast<std::size_t>(row[4] - row[3])};
    }
    return {};
  }

 private:
  const xmlChar** rows_;
  int count_;
};

// What reads one part of the archive.
class PartReader {
 public:
  virtual ~PartReader() = default;
  virtual void start(std::string_view name, const Attributes& attributes) = 0;
  virtual void end(std::string_view name) = 0;
  virtual void characters(std::string_view text) = 0;
  virtual bool full() const { return false; }
};

// Which paragraph styles are headings: their ids are numbers in a Chinese Word, their names are
// not.
class StylesReader final : public PartReader {
 public:
  void start(std::string_view name, const Attributes& attributes) override {
    if (name == "style") style_ = attributes.value("styleId");
    if (name == "name") {
      std::string value(attributes.value("val"));
      std::transform(value.begin(), value.end(), value.begin(),
                     [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
      if (value == "title") levels[style_] = 1;
      if (value.starts_with("heading ") && value.size() == 9 && value[8] >= '1' && value[8] <= '9')
        levels[style_] = value[8] - '0';
    }
    if (name == "outlineLvl") {
      const std::string_view value = attributes.value("val");
      if (value.size() == 1 && value[0] >= '0' && value[0] <= '8')
        levels.try_emplace(style_, value[0] - '0' + 1);
    }
  }
  void end(std::string_view name) override {
    if (name == "style") style_.clear();
  }
  void characters(std::string_view) override {}

  std::map<std::string, int, std::less<>> levels;

 private:
  std::string style_;
};

class TitleReader final : public PartReader {
 public:
  void start(std::string_view name, const Attributes&) override { in_title_ = name == "title"; }
  void end(std::string_view) override { in_title_ = false; }
  void characters(std::string_view text) override {
    if (in_title_ && title.size() < 1024) title.append(text);
  }
  std::string title;

 private:
  bool in_title_ = false;
};

class BodyReader final : public PartReader {
 public:
  explicit BodyReader(const StylesReader& styles) : styles_(styles) {}

  void start(std::string_view name, const Attributes& attributes) override {
    // Deleted and moved text, and the second form of what is there in two.
    if (left_out_ > 0 || name == "del" || name == "moveFrom" || name == "Fallback") {
      ++left_out_;
      return;
    }
    if (name == "p") {
      writer_.paragraph();
    } else if (name == "pStyle") {
      const auto level = styles_.levels.find(attributes.value("val"));
      if (level != styles_.levels.end()) writer_.heading(level->second);
      is_heading_ = level != styles_.levels.end();
    } else if (name == "ilvl" && !is_heading_) {
      const std::string_view value = attributes.value("val");
      writer_.item(value.size() == 1 && value[0] >= '0' && value[0] <= '8' ? value[0] - '0' + 1
                                                                           : 1);
    } else if (name == "tr") {
      writer_.begin_row();
    } else if (name == "tc") {
      writer_.begin_cell();
    } else if (name == "tab") {
      writer_.text(" ");
    } else if (name == "br" || name == "cr") {
      writer_.line_break();
    } else if (name == "t") {
      ++text_;
    }
  }
  void end(std::string_view name) override {
    if (left_out_ > 0) {
      --left_out_;
      return;
    }
    if (name == "t" && text_ > 0) --text_;
    if (name == "tr") writer_.end_row();
    if (name == "p") {
      writer_.paragraph();
      is_heading_ = false;
    }
  }
  void characters(std::string_view text) override {
    if (text_ > 0 && left_out_ == 0) writer_.text(text);
  }
  bool full() const override { return writer_.full(); }
  MarkdownWriter& writer() { return writer_; }

 private:
  const StylesReader& styles_;
  MarkdownWriter writer_;
  int left_out_ = 0;
  int text_ = 0;
  bool is_heading_ = false;
};

struct Context {
  PartReader* reader;
  xmlParserCtxtPtr parser;
  bool doctype;
};

xmlSAXHandler make_sax() {
  xmlSAXHandler sax{};
  sax.initialized = XML_SAX2_MAGIC;
  sax.startElementNs = [](void* self, const xmlChar* name, const xmlChar*, const xmlChar*, int,
                          const xmlChar**, int count, int, const xmlChar** attributes) {
    static_cast<Context*>(self)->reader->start(view(name), Attributes(attributes, count));
  };
  sax.endElementNs = [](void* self, const xmlChar* name, const xmlChar*, const xmlChar*) {
    static_cast<Context*>(self)->reader->end(view(name));
  };
  sax.characters = [](void* self, const xmlChar* text, int count) {
    static_cast<Context*>(self)->reader->characters(
        {reinterpret_cast<const char*>(text), static_cast<std::size_t>(count)});
  };
  // Word writes none; what has one may want entities that grow, or files of ours.
  sax.internalSubset = [](void* self, const xmlChar*, const xmlChar*, const xmlChar*) {
    static_cast<Context*>(self)->doctype = true;
    xmlStopParser(static_cast<Context*>(self)->parser);
  };
  return sax;
}

struct Discard {
  void operator()(zip_t* archive) const { zip_discard(archive); }
  void operator()(zip_file_t* file) const { zip_fclose(file); }
  void operator()(xmlParserCtxtPtr parser) const { xmlFreeParserCtxt(parser); }
};

// False: the archive has no such part.
Result<bool> read_part(zip_t& archive, const char* name, Deadline deadline, PartReader& reader) {
  const zip_int64_t place = zip_name_locate(&archive, name, 0);
  if (place < 0) return false;
  const std::unique_ptr<zip_file_t, Discard> file(
      zip_fopen_index(&archive, static_cast<zip_uint64_t>(place), 0));
  if (file == nullptr) {
    return fail(Error{ErrorCode::kInvalidArgument, std::string("document: cannot unpack ") + name,
                      zip_error_code_zip(zip_get_error(&archive)) == ZIP_ER_NOPASSWD
                          ? "document_encrypted"
                          : "document_damaged",
                      0});
  }
  Context context{&reader, nullptr, false};
  xmlSAXHandler sax = make_sax();
  const std::unique_ptr<xmlParserCtxt, Discard> parser(
      xmlCreatePushParserCtxt(&sax, &context, nullptr, 0, nullptr));
  if (parser == nullptr) return fail(ErrorCode::kInternal, "document: no XML parser");
  xmlCtxtUseOptions(parser.get(), XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
  context.parser = parser.get();
  std::array<char, kPieceBytes> piece;
  for (std::size_t total = 0;;) {
    const zip_int64_t got = zip_fread(file.get(), piece.data(), piece.size());
    if (got < 0) return damaged(std::string("cannot unpack ") + name);
    total += static_cast<std::size_t>(got);
    if (total > document_limits::kUnpackedBytesMax)
      return too_large(std::string("too much in ") + name);
    const int status =
        xmlParseChunk(parser.get(), piece.data(), static_cast<int>(got), got == 0 ? 1 : 0);
    if (context.doctype) return damaged(std::string("a document type in ") + name);
    if (status != XML_ERR_OK && status != XML_WAR_NS_URI_RELATIVE && parser->wellFormed == 0)
      return damaged(std::string("no XML in ") + name);
    if (reader.full()) return too_large("more text than an entry may hold");
    if (std::chrono::steady_clock::now() > deadline) return too_slow();
    if (got == 0) return true;
  }
}

}  // namespace

Result<DocumentText> read_docx(std::string_view bytes, Deadline deadline) {
  // What Word encrypts is no ZIP but an OLE file.
  if (bytes.starts_with("\xD0\xCF\x11\xE0")) {
    return fail(Error{ErrorCode::kInvalidArgument, "document: encrypted, or of an old Word",
                      "document_encrypted", 0});
  }
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
  zip_t* opened = source != nullptr ? zip_open_from_source(source, ZIP_RDONLY, &error) : nullptr;
  if (opened == nullptr) {
    if (source != nullptr) zip_source_free(source);
    const std::string why = zip_error_strerror(&error);
    zip_error_fini(&error);
    return damaged("no ZIP archive: " + why);
  }
  zip_error_fini(&error);
  const std::unique_ptr<zip_t, Discard> archive(opened);

  StylesReader styles;
  TitleReader title;
  BodyReader body(styles);
  WK_TRY([[maybe_unused]] const bool has_styles,
         read_part(*archive, "word/styles.xml", deadline, styles));
  WK_TRY([[maybe_unused]] const bool has_title,
         read_part(*archive, "docProps/core.xml", deadline, title));
  WK_TRY(const bool has_body, read_part(*archive, "word/document.xml", deadline, body));
  if (!has_body) return damaged("a ZIP archive without word/document.xml");
  DocumentText document{.title = title.title, .markdown = body.writer().take(), .pages = {}};
  if (body.full()) return too_large("more text than an entry may hold");
  return document;
}

}  // namespace wk::ai::detail
