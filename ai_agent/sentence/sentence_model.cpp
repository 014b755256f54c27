#include "ai_agent/sentence/sentence_model.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <cmath>

#include "ai_agent/math/kernels.hpp"
#include "ai_agent/sentence/limits.hpp"
#include "ai_agent/sentence/weights_file.hpp"
#include "ai_agent/text/text.hpp"
#include "base/assert.hpp"
#include "base/encoding.hpp"
#include "fmt/format.h"

namespace wk::ai {
namespace {

constexpr std::size_t kHeads = 4;
constexpr float kNormEpsilon = 1e-6f;
constexpr std::size_t kDimensions = 512;

struct Scratch {
  std::string text;
  UnigramTokenizer::Scratch tokenizer;
  std::vector<std::uint32_t> tokens;
  Int8Matrix::Scratch matrix;
  std::vector<float> x;         // residual stream
  std::vector<float> residual;  // widened
  std::vector<float> normed;
  std::vector<float> qkv;
  std::vector<float> mixed;
  std::vector<float> hidden;
  std::vector<float> weights;  // of attention
};

void layer_norm(const LayerNorm& norm, const float* x, std::size_t rows, float* out) {
  const std::size_t width = norm.scale.size();
  for (std::size_t r = 0; r < rows; ++r, x += width, out += width) {
    float mean = 0;
    for (std::size_t i = 0; i < width; ++i) mean += x[i];
    mean /= static_cast<float>(width);
    for (std::size_t i = 0; i < width; ++i) out[i] = x[i] - mean;
    const float factor =
        1 / std::sqrt(dot(out, out, width) / static_cast<float>(width) + kNormEpsilon);
    for (std::size_t i = 0; i < width; ++i) out[i] = out[i] * factor * norm.scale[i] + norm.bias[i];
  }
}

// Each position looks at all: softmax of its query with every key, over every value. qkv: rows of
// query, key, value.
void attend(std::size_t rows, std::size_t width, Scratch& s) {
  const std::size_t head_width = width / kHeads;
  const float factor = 1 / std::sqrt(static_cast<float>(head_width));
  s.mixed.assign(rows * width, 0);
  s.weights.resize(rows);
  for (std::size_t head = 0; head < kHeads; ++head) {
    const std::size_t offset = head * head_width;
    for (std::size_t r = 0; r < rows; ++r) {
      const float* const query = s.qkv.data() + r * 3 * width + offset;
      float largest = -1e30f;
      for (std::size_t k = 0; k < rows; ++k) {
        s.weights[k] = factor * dot(query, s.qkv.data() + (k * 3 + 1) * width + offset, head_width);
        largest = std::max(largest, s.weights[k]);
      }
      float sum = 0;
      for (float& w : s.weights) sum += w = std::exp(w - largest);
      for (std::size_t k = 0; k < rows; ++k) {
        axpy(s.weights[k] / sum, s.qkv.data() + (k * 3 + 2) * width + offset,
             s.mixed.data() + r * width + offset, head_width);
      }
    }
  }
}

void multiply(const Int8Matrix& matrix, const std::vector<float>& x, std::size_t rows,
              std::vector<float>& out, Scratch& s) {
  out.resize(rows * matrix.outputs());
  matrix.multiply(x.data(), rows, out.data(), s.matrix);
}

// s.x: rows of the layer's width in, of 512 out.
void run_layer(const TransformerLayer& layer, std::size_t rows, Scratch& s) {
  const std::size_t width = layer.before_attention.scale.size();
  s.normed.resize(rows * width);
  layer_norm(layer.before_attention, s.x.data(), rows, s.normed.data());
  multiply(layer.qkv, s.normed, rows, s.qkv, s);
  attend(rows, width, s);
  if (layer.widen.outputs() > 0) {
    multiply(layer.widen, s.x, rows, s.residual, s);
    s.x.swap(s.residual);
  }
  multiply(layer.out, s.mixed, rows, s.normed, s);
  axpy(1, s.normed.data(), s.x.data(), s.x.size());
  layer_norm(layer.before_feed_forward, s.x.data(), rows, s.normed.data());
  multiply(layer.feed_forward_in, s.normed, rows, s.hidden, s);
  for (float& h : s.hidden) h = std::max(h, 0.0f);
  multiply(layer.feed_forward_out, s.hidden, rows, s.normed, s);
  axpy(1, s.normed.data(), s.x.data(), s.x.size());
}

// NFKC like the vocabulary, but capitals stay: the model knows them.
bool prepare(std::string_view text, std::string& out) {
  text = text.substr(0, sentence_limits::kTextBytesMax);
  const std::string valid = [&] {
    if (utf8_valid(text)) return std::string(text);
    return normalise(text);  // drops what is broken
  }();
  utf8proc_uint8_t* raw = nullptr;
  constexpr auto kOptions =
      static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT);
  const auto size = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(valid.data()),
                                 static_cast<utf8proc_ssize_t>(valid.size()), &raw, kOptions);
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owned(raw, &std::free);
  if (size <= 0) return false;
  out.clear();
  bool blank = false;
  for (const char c :
       std::string_view(reinterpret_cast<const char*>(raw), static_cast<std::size_t>(size))) {
    if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7F) {
      blank = true;
      continue;
    }
    if (blank && !out.empty()) out.push_back(' ');
    blank = false;
    out.push_back(c);
  }
  return !out.empty();
}

class SentenceModel final : public SentenceEncoder {
 public:
  explicit SentenceModel(SentenceWeights weights)
      : weights_(std::move(weights)),
        tokenizer_(weights_.vocabulary),
        name_(fmt::format("use-lite-en-{:08x}", weights_.checksum)) {
    weights_.vocabulary = {};
  }

  std::string_view name() const override { return name_; }
  std::size_t dimensions() const override { return kDimensions; }

  bool encode(std::string_view text, std::span<float> out) const override {
    WK_ASSERT(out.size() == kDimensions);
    thread_local Scratch s;
    if (language_of(text.substr(0, sentence_limits::kTextBytesMax)) != Language::kLatin ||
        !prepare(text, s.text))
      return false;
    s.tokens.clear();
    tokenizer_.encode(s.text, sentence_limits::kTokensMax, s.tokenizer, s.tokens);
    const std::size_t rows = s.tokens.size();
    if (rows == 0) return false;
    embed(s);
    for (const TransformerLayer& layer : weights_.layers) run_layer(layer, rows, s);
    s.mixed.assign(kDimensions, 0);
    for (std::size_t r = 0; r < rows; ++r)
      axpy(1 / static_cast<float>(rows), s.x.data() + r * kDimensions, s.mixed.data(), kDimensions);
    multiply(weights_.last, s.mixed, 1, s.normed, s);
    for (std::size_t i = 0; i < kDimensions; ++i) out[i] = std::tanh(s.normed[i]);
    return normalise_l2(out.data(), kDimensions) > 0;
  }

 private:
  // The embedding twice plus a signal of the position: so the graph was built, and so it was
  // trained.
  void embed(Scratch& s) const {
    const std::size_t width = weights_.width;
    s.x.resize(s.tokens.size() * width);
    for (std::size_t r = 0; r < s.tokens.size(); ++r) {
      float* const x = s.x.data() + r * width;
      const std::size_t token = s.tokens[r];
      const std::int8_t* const embedding = weights_.embeddings.data() + token * width;
      for (std::size_t i = 0; i < width; ++i)
        x[i] = 2 * weights_.embedding_scales[token] * static_cast<float>(embedding[i]);
      for (std::size_t i = 0; i < width / 2; ++i) {
        const float angle = static_cast<float>(r) * weights_.wave_numbers[i];
        x[i] += std::sin(angle);
        x[i + width / 2] += std::cos(angle);
      }
    }
  }

  SentenceWeights weights_;
  UnigramTokenizer tokenizer_;
  std::string name_;
};

}  // namespace

Result<std::unique_ptr<const SentenceEncoder>> open_sentence_model(
    const std::filesystem::path& file) {
  WK_TRY(SentenceWeights weights, read_sentence_weights(file));
  return std::unique_ptr<const SentenceEncoder>(
      std::make_unique<SentenceModel>(std::move(weights)));
}

}  // namespace wk::ai
