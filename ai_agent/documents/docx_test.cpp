#include <gmock/gmock.h>
#include <zip.h>

#include <map>

#include "ai_agent/documents/document.hpp"
#include "ai_agent/documents/limits.hpp"

namespace wk::ai {
namespace {

// An archive of those parts, as Word packs them.
std::string pack(const std::map<std::string, std::string>& parts, const char* password = nullptr) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_buffer_create(nullptr, 0, 0, &error);
  zip_source_keep(source);
  zip_t* archive = zip_open_from_source(source, ZIP_TRUNCATE, &error);
  for (const auto& [name, content] : parts) {
    zip_source_t* part = zip_source_buffer(archive, content.data(), content.size(), 0);
    const zip_int64_t place = zip_file_add(archive, name.c_str(), part, ZIP_FL_ENC_UTF_8);
    if (password != nullptr)
      zip_file_set_encryption(archive, static_cast<zip_uint64_t>(place), ZIP_EM_AES_256, password);
  }
  EXPECT_EQ(zip_close(archive), 0);
  zip_stat_t status;
  zip_source_stat(source, &status);
  std::string bytes(status.size, '\0');
  zip_source_open(source);
  EXPECT_EQ(zip_source_read(source, bytes.data(), bytes.size()),
            static_cast<zip_int64_t>(bytes.size()));
  zip_source_close(source);
  zip_source_free(source);
  return bytes;
}

std::string document_xml(std::string_view body) {
  return R"(<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"
xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><w:body>)" +
         std::string(body) + "</w:body></w:document>";
}

const std::string kStyles =
    R"(<w:styles xmlns:w="w"><w:style w:styleId="1"><w:name w:val="heading 1"/></w:style><w:style w:styleId="Zwei"><w:name w:val="Heading 2"/></w:style>
<w:style w:styleId="own"><w:name w:val="Own"/><w:pPr><w:outlineLvl w:val="2"/></w:pPr></w:style><w:style w:styleId="a"><w:name w:val="Normal"/></w:style></w:styles>)";

std::string markdown(std::string_view bytes) {
  const auto document = read_document(DocumentFormat::kDocx, bytes);
  return document ? document->markdown : std::string(document.error().client_code());
}

TEST(Docx, GivesHeadingsItemsAndTables) {
  const std::string bytes = pack(
      {{"word/styles.xml", kStyles},
       {"docProps/core.xml",
        R"(<c:p xmlns:c="c" xmlns:dc="d"><dc:title>使用手册</dc:title><dc:creator>x</dc:creator></c:p>)"},
       {"word/document.xml", document_xml(R"(
<w:p><w:pPr><w:pStyle w:val="1"/></w:pPr><w:r><w:t>退货</w:t></w:r></w:p>
<w:p><w:pPr><w:pStyle w:val="a"/></w:pPr><w:r><w:t xml:space="preserve">七天 </w:t></w:r><w:r><w:t>以内</w:t><w:br/><w:t>可退</w:t></w:r></w:p>
<w:p><w:pPr><w:pStyle w:val="Zwei"/></w:pPr><w:r><w:t>运费</w:t></w:r></w:p>
<w:p><w:pPr><w:numPr><w:ilvl w:val="0"/></w:numPr></w:pPr><w:r><w:t>one</w:t></w:r></w:p>
<w:p><w:pPr><w:numPr><w:ilvl w:val="1"/></w:numPr></w:pPr><w:r><w:t>two</w:t></w:r></w:p>
<w:p><w:pPr><w:pStyle w:val="own"/></w:pPr><w:r><w:t>Table</w:t></w:r></w:p>
<w:tbl><w:tr><w:tc><w:p><w:r><w:t>a</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>b</w:t></w:r></w:p><w:p><w:r><w:t>c</w:t></w:r></w:p></w:tc></w:tr></w:tbl>)")}});
  const auto document = read_document(DocumentFormat::kDocx, bytes);
  ASSERT_TRUE(document) << document.error().context;
  EXPECT_EQ(document->title, "使用手册");
  EXPECT_EQ(document->markdown,
            "# 退货\n\n七天 以内\n可退\n\n## 运费\n\n- one\n  - two\n\n### Table\n\n| a | b c |\n");
}

TEST(Docx, LeavesOutWhatWasDeletedAndWhatIsThereTwice) {
  EXPECT_EQ(
      markdown(pack(
          {{"word/document.xml",
            document_xml(
                R"(<w:p><w:r><w:t>kept</w:t></w:r><w:del><w:r><w:delText>gone</w:delText></w:r></w:del>
<w:moveFrom><w:r><w:t>moved</w:t></w:r></w:moveFrom><mc:AlternateContent><mc:Choice><w:r><w:t> new</w:t></w:r></mc:Choice><mc:Fallback><w:r><w:t>old</w:t></w:r></mc:Fallback>
</mc:AlternateContent><w:r><w:instrText>PAGE</w:instrText></w:r></w:p>)")}})),
      "kept new\n");
}

TEST(Docx, IsRefusedWhereItIsDamaged) {
  const std::string whole =
      pack({{"word/document.xml", document_xml("<w:p><w:r><w:t>text</w:t></w:r></w:p>")}});
  EXPECT_EQ(markdown(whole), "text\n");
  for (std::size_t bytes = 0; bytes < whole.size(); bytes += 7)
    EXPECT_EQ(markdown(whole.substr(0, bytes)), "document_damaged");
  EXPECT_EQ(markdown(pack({{"other.xml", "<a/>"}})), "document_damaged");
  EXPECT_EQ(markdown(pack({{"word/document.xml", "<a><b></a>"}})), "document_damaged");
  EXPECT_EQ(markdown(pack({{"word/document.xml", document_xml("")}})), "document_without_text");
  // Bytes may change so that it still reads: then it is the same text, or is refused.
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string bytes = whole;
    bytes[at] = static_cast<char>(bytes[at] ^ 0x21);
    const auto document = read_document(DocumentFormat::kDocx, bytes);
    if (document) {
      EXPECT_EQ(document->markdown, "text\n") << at;
    }
  }
}

TEST(Docx, TakesNoDocumentType) {
  EXPECT_EQ(markdown(pack(
                {{"word/document.xml",
                  R"(<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;&b;">]><a>&c;</a>)"}})),
            "document_damaged");
}

TEST(Docx, StopsUnpackingABomb) {
  std::string body = "<a>";
  body.resize(document_limits::kUnpackedBytesMax + 10, ' ');
  const std::string bytes = pack({{"word/document.xml", body}});
  EXPECT_LT(bytes.size(), body.size() / 500);
  EXPECT_EQ(markdown(bytes), "document_too_large");
}

TEST(Docx, SaysThatItIsEncrypted) {
  EXPECT_EQ(markdown(pack({{"word/document.xml", document_xml("")}}, "secret")),
            "document_encrypted");
  EXPECT_EQ(markdown("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 of an old Word"), "document_encrypted");
}

}  // namespace
}  // namespace wk::ai
