#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>

#include "ai_agent/documents/detail/child_process.hpp"
#include "ai_agent/documents/detail/readers.hpp"
#include "ai_agent/documents/document.hpp"

namespace wk::ai {
namespace {

using namespace std::chrono_literals;

// A PDF of one page a text, in Helvetica, a line each 14 points.
std::string pdf(const std::vector<std::vector<std::string>>& pages) {
  std::vector<std::string> objects = {"<</Type/Catalog/Pages 2 0 R>>", "",
                                      "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"};
  std::string kids;
  for (const auto& lines : pages) {
    std::string content = "BT /F1 12 Tf 14 TL 72 720 Td\n";
    for (const std::string& line : lines) content += "(" + line + ") Tj T*\n";
    content += "ET";
    objects.push_back("<</Length " + std::to_string(content.size()) + ">>stream\n" + content +
                      "\nendstream");
    objects.push_back(
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Resources<</Font<</F1 3 0 "
        "R>>>>/Contents " +
        std::to_string(objects.size()) + " 0 R>>");
    kids += std::to_string(objects.size()) + " 0 R ";
  }
  objects[1] = "<</Type/Pages/Count " + std::to_string(pages.size()) + "/Kids[" + kids + "]>>";
  std::string out = "%PDF-1.4\n";
  std::string table = "xref\n0 " + std::to_string(objects.size() + 1) + "\n0000000000 65535 f \n";
  for (std::size_t i = 0; i < objects.size(); ++i) {
    const std::string place = std::to_string(out.size());
    table += std::string(10 - place.size(), '0') + place + " 00000 n \n";
    out += std::to_string(i + 1) + " 0 obj\n" + objects[i] + "\nendobj\n";
  }
  return out + table + "trailer<</Size " + std::to_string(objects.size() + 1) +
         "/Root 1 0 R>>\nstartxref\n" + std::to_string(out.size()) + "\n%%EOF\n";
}

std::string reason(const auto& result) {
  return result ? "no error" : std::string(result.error().client_code());
}

detail::ChildLimits limits(std::chrono::milliseconds time = 10s,
                           std::size_t output_bytes = 1 << 20) {
  return {std::chrono::steady_clock::now() + time, 5, std::size_t{256} << 20, output_bytes};
}

TEST(Pdf, GivesItsTextByPages) {
  const auto document = read_document(
      DocumentFormat::kPdf,
      pdf({{"Parcels are deliv-", "ered within two", "days.", "", "", "Abroad it is ten."},
           {"Returns are free."}}));
  ASSERT_TRUE(document) << document.error().context;
  ASSERT_EQ(document->pages.size(), 2U);
  EXPECT_EQ(document->pages[0], 0U);
  EXPECT_THAT(document->markdown.substr(0, document->pages[1]),
              ::testing::HasSubstr("Parcels are delivered within two days."));
  EXPECT_EQ(document->markdown.substr(document->pages[1]), "Returns are free.\n\n");
}

TEST(Pdf, JoinsTheLinesOfAParagraph) {
  EXPECT_EQ(detail::join_lines("退货政\n策如下。\n\nOne\ntwo\n\n- 3 -\n"),
            "退货政策如下。\n\nOne two\n\n");
  EXPECT_EQ(detail::join_lines("# one\n"), "\\# one\n\n");
}

TEST(Pdf, IsRefusedWhereItIsDamaged) {
  EXPECT_EQ(reason(read_document(DocumentFormat::kPdf, "no pdf")), "document_damaged");
  EXPECT_EQ(reason(read_document(DocumentFormat::kPdf, "%PDF-1.4\nnothing else")),
            "document_damaged");
  EXPECT_EQ(reason(read_document(DocumentFormat::kPdf, pdf({{""}}))), "document_without_text");
}

TEST(Pdf, SaysThatItsReaderIsMissing) {
  DocumentOptions options = document_options();
  options.pdftotext = "/nowhere/pdftotext";
  EXPECT_EQ(reason(read_document(DocumentFormat::kPdf, pdf({{"x"}}), options)),
            "document_reader_missing");
}

TEST(Child, GetsItsInputAndGivesItsOutputAndStatus) {
  std::string input(300'000, 'x');
  const auto cat = detail::run_child({"/bin/cat"}, input, limits());
  ASSERT_TRUE(cat);
  EXPECT_EQ(cat->output, input);
  EXPECT_EQ(detail::run_child({"/bin/sh", "-c", "exit 3"}, "", limits())->exit_code, 3);
  EXPECT_EQ(detail::run_child({"/bin/sh", "-c", "kill -9 $$"}, "", limits())->exit_code, -1);
}

TEST(Child, IsEndedAtItsLimits) {
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(detail::run_child({"/bin/sleep", "60"}, "", limits(50ms)).error().code,
            ErrorCode::kTimeout);
  // It closes its output and stays.
  EXPECT_EQ(detail::run_child({"/bin/sh", "-c", "exec >&-; exec sleep 60"}, "", limits(100ms))
                .error()
                .code,
            ErrorCode::kTimeout);
  EXPECT_EQ(detail::run_child({"/bin/cat", "/dev/zero"}, "", limits(10s, 100'000)).error().code,
            ErrorCode::kTooLarge);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 30s);
}

TEST(Child, WritesNoFilesAndInheritsNone) {
  const std::filesystem::path file =
      std::filesystem::temp_directory_path() / ("wk-child-" + std::to_string(::getpid()));
  const auto child = detail::run_child(
      {"/bin/sh", "-c", "echo x > " + file.string() + "; ls /proc/self/fd | wc -l"}, "", limits());
  std::error_code ignored;
  EXPECT_TRUE(!std::filesystem::exists(file) || std::filesystem::file_size(file) == 0);
  std::filesystem::remove(file, ignored);
  if (child && child->exit_code == 0) {
    EXPECT_LE(std::stoi(child->output), 5);
  }
}

}  // namespace
}  // namespace wk::ai
