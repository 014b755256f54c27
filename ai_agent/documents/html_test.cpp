#include <gmock/gmock.h>

#include "ai_agent/documents/document.hpp"
#include "ai_agent/documents/html_page.hpp"
#include "ai_agent/documents/limits.hpp"

namespace wk::ai {
namespace {

std::string markdown(std::string_view html) {
  const auto document = read_document(DocumentFormat::kHtml, html);
  return document ? document->markdown : std::string(document.error().client_code());
}

TEST(Html, GivesHeadingsParagraphsAndItems) {
  const auto document = read_document(DocumentFormat::kHtml, R"(<!DOCTYPE html>
<html><head><title> Shipping &amp;
 returns </title><style>p { color: red }</style></head>
<body><nav><a href="/">Home</a></nav>
<h1>Shipping</h1><p>We ship
  <b>fast</b>.</p>
<h2>Abroad</h2><ul><li>Ten <i>days</i><ul><li>by ship</li></ul></li><li><p>Customs</p></li></ul>
<ol><li>one</li></ol>
<script>alert("x < y")</script><footer>© shop</footer></body></html>)");
  ASSERT_TRUE(document) << document.error().context;
  EXPECT_EQ(document->title, "Shipping & returns");
  EXPECT_EQ(
      document->markdown,
      "# Shipping\n\nWe ship fast.\n\n## Abroad\n\n- Ten days\n  - by ship\n- Customs\n- one\n");
}

TEST(Html, GivesTablesAsRows) {
  EXPECT_EQ(markdown("<table><tr><th>Country</th><th>Days</th></tr><tr><td><p>France</p></"
                     "td><td>3</td></tr><tr><td> </td></tr></table>after"),
            "| Country | Days |\n| France | 3 |\n\nafter\n");
}

TEST(Html, LeavesOutWhatIsHidden) {
  EXPECT_EQ(markdown("<p>a</p><p hidden>b</p><div aria-hidden='true'>c<p>d</p></div><div "
                     "role=navigation>e</div><template>f</template><p>g"),
            "a\n\ng\n");
}

TEST(Html, KeepsLinesOfPreformattedText) {
  EXPECT_EQ(markdown("<pre>a\n  b\n# c</pre><p># d<br># e"), "a\n  b\n\\# c\n\n\\# d\n\\# e\n");
}

TEST(Html, IsReadInTheCharsetItDeclares) {
  EXPECT_EQ(markdown("<meta charset=gbk><p>\xCD\xCB\xBB\xF5"), "退货\n");
  EXPECT_EQ(
      markdown(
          "<meta http-equiv=Content-Type content='text/html; charset=big5'><p>\xB0\x68\xB3\x66"),
      "退貨\n");
  // It is UTF-8, whatever it says.
  EXPECT_EQ(markdown("<meta charset=iso-8859-1><p>退货"), "退货\n");
  EXPECT_EQ(markdown("<p>&#36864;&#x8D27;&nbsp;&lt;b&gt;"), "退货\xC2\xA0<b>\n");
}

TEST(Html, BearsWhatIsBroken) {
  EXPECT_EQ(markdown("<p>a<p>b</i></div><li>c"), "a\n\nb\n\n- c\n");
  EXPECT_EQ(markdown("<<<p>a"), markdown("<<<p>a"));
  EXPECT_EQ(markdown("<p>a<!-- never closed"), "a\n");
  EXPECT_EQ(markdown("<script>never closed <p>a"), "document_without_text");
  EXPECT_EQ(markdown(""), "document_without_text");
}

TEST(Html, RefusesWhatIsTooDeepOrTooMuch) {
  std::string deep;
  for (int i = 0; i <= document_limits::kHtmlDepthMax; ++i) deep += "<b>";
  EXPECT_EQ(markdown(deep + "x"), "document_damaged");
  std::string much = "<p>";
  while (much.size() < document_limits::kOutputBytesMax * 3 / 2)
    much += "word and word and word <br>";
  EXPECT_EQ(markdown(much), "document_too_large");
}

TEST(Html, StopsWhenItsTimeIsOver) {
  std::string html;
  while (html.size() < 1'000'000) html += "<p>word</p>";
  DocumentOptions options = document_options();
  options.time_max = std::chrono::milliseconds(0);
  const auto document = read_document(DocumentFormat::kHtml, html, options);
  ASSERT_FALSE(document);
  EXPECT_EQ(document.error().client_code(), "document_takes_too_long");
}

using Hrefs = std::vector<std::string>;

TEST(HtmlPage, SaysWhereItLinksTo) {
  const HtmlPage page = read_html_page(
      R"(<html><head><base href="/shop/"><base href="/other/"><link rel="icon" href="i.png"><link rel="alternate Canonical" href="tea">
<meta name="Robots" content="NOINDEX, follow"></head><body><nav><A HREF=" a?x=1&amp;y=2 ">a</A></nav><p>Text<a name="here">no link</a>
<a rel="external NoFollow" href="b">b</a><a href='c#d'>c</a><map><area href="e"></map></p><footer><a href="f">f</a></footer></body></html>)",
      "");
  ASSERT_TRUE(page.document);
  EXPECT_EQ(page.links.base, "/shop/");
  EXPECT_EQ(page.links.canonical, "tea");
  EXPECT_TRUE(page.links.noindex);
  EXPECT_FALSE(page.links.nofollow);
  EXPECT_EQ(page.links.hrefs, (Hrefs{" a?x=1&y=2 ", "c#d", "e", "f"}));
  EXPECT_FALSE(page.links.more);
}

TEST(HtmlPage, HasLinksAlsoWithoutText) {
  const HtmlPage page = read_html_page("<nav><a href=a>Home</a></nav><meta name=weikeyi content=none>", "");
  ASSERT_FALSE(page.document);
  EXPECT_EQ(page.document.error().client_code(), "document_without_text");
  EXPECT_EQ(page.links.hrefs, Hrefs{"a"});
  EXPECT_TRUE(page.links.noindex && page.links.nofollow);
}

TEST(HtmlPage, IsReadInTheCharsetThatHttpSaid) {
  const HtmlPage page = read_html_page("<meta charset=gb18030><p>caf\xe9 \xe0 la carte, tr\xe8s bon", "windows-1252");
  ASSERT_TRUE(page.document);
  EXPECT_EQ(page.document->markdown, "café à la carte, très bon\n");
}

TEST(HtmlPage, KeepsSoManyLinks) {
  std::string html = "<a href=" + std::string(document_limits::kLinkBytesMax + 1, 'x') + ">long</a>";
  for (std::size_t i = 0; i < document_limits::kLinksMax + 5; ++i) html += "<a href=" + std::to_string(i) + ">a</a>";
  const HtmlPage page = read_html_page(html, "");
  EXPECT_EQ(page.links.hrefs.size(), document_limits::kLinksMax);
  EXPECT_TRUE(page.links.more);
}

}  // namespace
}  // namespace wk::ai
