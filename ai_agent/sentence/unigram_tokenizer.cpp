#include "ai_agent/sentence/unigram_tokenizer.hpp"

#include <algorithm>

#include "ai_agent/text/text.hpp"

namespace wk::ai {
namespace {
// Control symbols stand first in the vocabulary and are never cut out of a text.
constexpr std::size_t kReserved = 6;
constexpr std::string_view kBlank = "\xE2\x96\x81";  // U+2581 stands for a blank
}  // namespace

UnigramTokenizer::UnigramTokenizer(const std::vector<Piece>& pieces) {
  for (std::size_t i = kReserved; i < pieces.size(); ++i) {
    const std::string& text = pieces[i].text;
    pieces_.insert_or_assign(text, Known{static_cast<std::uint32_t>(i), pieces[i].score});
    std::size_t characters = 0;
    for (std::size_t at = 0; at < text.size(); at += code_point_length(text, at)) ++characters;
    characters_max_ = std::max(characters_max_, characters);
  }
}

void UnigramTokenizer::encode(std::string_view text, std::size_t tokens_max, Scratch& scratch,
                              std::vector<std::uint32_t>& out) const {
  if (text.empty()) return;
  scratch.text.assign(kBlank);
  for (const char c : text) c == ' ' ? scratch.text.append(kBlank) : scratch.text.append(1, c);
  auto& starts = scratch.starts;
  starts.clear();
  for (std::size_t at = 0; at < scratch.text.size(); at += code_point_length(scratch.text, at))
    starts.push_back(at);
  const std::size_t count = starts.size();
  starts.push_back(scratch.text.size());

  // best[i]: of the first i characters; 0 is "none yet", which no sum of logarithms is but that of
  // unknown characters.
  scratch.best.assign(count + 1, 0);
  scratch.piece_of.assign(count + 1, 0);
  scratch.length_of.assign(count + 1, 1);
  const std::string_view whole = scratch.text;
  for (std::size_t from = 0; from < count; ++from) {
    bool any = false;
    const auto offer = [&](std::size_t length, Known piece) {
      const double score = scratch.best[from] + static_cast<double>(piece.score);
      double& best = scratch.best[from + length];
      if (best == 0 || score >= best) {
        best = score;
        scratch.piece_of[from + length] = piece.number;
        scratch.length_of[from + length] = static_cast<std::uint32_t>(length);
      }
    };
    for (std::size_t length = 1; length <= std::min(characters_max_, count - from); ++length) {
      const auto found =
          pieces_.find(whole.substr(starts[from], starts[from + length] - starts[from]));
      if (found == pieces_.end()) continue;
      any = true;
      offer(length, found->second);
    }
    if (!any) offer(1, {0, 0});
  }

  const std::size_t begin = out.size();
  for (std::size_t at = count; at > 0; at -= scratch.length_of[at]) {
    const std::uint32_t piece = scratch.piece_of[at];
    if (piece == 0 && out.size() > begin && out.back() == 0) continue;
    out.push_back(piece);
  }
  std::reverse(out.begin() + static_cast<std::ptrdiff_t>(begin), out.end());
  if (out.size() - begin > tokens_max) out.resize(begin + tokens_max);
}

}  // namespace wk::ai
