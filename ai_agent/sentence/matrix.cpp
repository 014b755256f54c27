#include "ai_agent/sentence/matrix.hpp"

#include <algorithm>
#include <cstring>

#include "base/assert.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace wk::ai {
namespace {

// Sums of `outputs` outputs for up to kRowsAtOnce rows: sums[r * outputs + o] = sum of (weight +
// 128) * x.
struct Tile {
  const std::uint8_t* weights;  // [inputs / 4][outputs][4]
  const std::int8_t* x;         // [rows][inputs]
  std::size_t inputs;
  std::size_t outputs;
  std::int32_t* sums;
};

constexpr std::size_t kRowsAtOnce = 8;

void rows_portable(const Tile& tile, std::size_t rows) {
  for (std::size_t r = 0; r < rows; ++r) {
    std::int32_t* const sums = tile.sums + r * tile.outputs;
    std::memset(sums, 0, tile.outputs * sizeof(std::int32_t));
    for (std::size_t k = 0; k < tile.inputs; k += 4) {
      const std::int8_t* const x = tile.x + r * tile.inputs + k;
      const std::uint8_t* const w = tile.weights + k * tile.outputs;
      for (std::size_t o = 0; o < tile.outputs; ++o) {
        sums[o] +=
            w[4 * o] * x[0] + w[4 * o + 1] * x[1] + w[4 * o + 2] * x[2] + w[4 * o + 3] * x[3];
      }
    }
  }
}

#if defined(__x86_64__)

// Two vectors of outputs at a time, so that four inputs of a row are fetched once for both.
template <std::size_t kRows>
[[gnu::target("avx512f,avx512bw,avx512vnni")]] void rows_vnni(const Tile& tile) {
  for (std::size_t o = 0; o < tile.outputs; o += 32) {
    __m512i low[kRows];
    __m512i high[kRows];
    for (std::size_t r = 0; r < kRows; ++r) low[r] = high[r] = _mm512_setzero_si512();
    for (std::size_t k = 0; k < tile.inputs; k += 4) {
      const std::uint8_t* const w = tile.weights + k * tile.outputs + 4 * o;
      const __m512i w_low = _mm512_loadu_si512(w);
      const __m512i w_high = _mm512_loadu_si512(w + 64);
      for (std::size_t r = 0; r < kRows; ++r) {
        std::int32_t four;
        std::memcpy(&four, tile.x + r * tile.inputs + k, 4);
        const __m512i x = _mm512_set1_epi32(four);
        low[r] = _mm512_dpbusd_epi32(low[r], w_low, x);
        high[r] = _mm512_dpbusd_epi32(high[r], w_high, x);
      }
    }
    for (std::size_t r = 0; r < kRows; ++r) {
      _mm512_storeu_si512(tile.sums + r * tile.outputs + o, low[r]);
      _mm512_storeu_si512(tile.sums + r * tile.outputs + o + 16, high[r]);
    }
  }
}

// Without the byte instruction: inputs 0 and 2 of each four in one multiplication of 16-bit pairs,
// 1 and 3 in another.
template <std::size_t kRows>
[[gnu::target("avx2")]] void rows_avx2(const Tile& tile) {
  const __m256i low_bytes = _mm256_set1_epi16(0x00FF);
  for (std::size_t o = 0; o < tile.outputs; o += 8) {
    __m256i sums[kRows];
    for (std::size_t r = 0; r < kRows; ++r) sums[r] = _mm256_setzero_si256();
    for (std::size_t k = 0; k < tile.inputs; k += 4) {
      const __m256i w = _mm256_loadu_si256(
          reinterpret_cast<const __m256i*>(tile.weights + k * tile.outputs + 4 * o));
      const __m256i even = _mm256_and_si256(w, low_bytes);
      const __m256i odd = _mm256_srli_epi16(w, 8);
      for (std::size_t r = 0; r < kRows; ++r) {
        std::int32_t four;
        std::memcpy(&four, tile.x + r * tile.inputs + k, 4);
        const __m256i x = _mm256_set1_epi32(four);
        const __m256i x_even = _mm256_srai_epi16(_mm256_slli_epi16(x, 8), 8);
        const __m256i x_odd = _mm256_srai_epi16(x, 8);
        sums[r] = _mm256_add_epi32(sums[r], _mm256_madd_epi16(even, x_even));
        sums[r] = _mm256_add_epi32(sums[r], _mm256_madd_epi16(odd, x_odd));
      }
    }
    for (std::size_t r = 0; r < kRows; ++r) {
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(tile.sums + r * tile.outputs + o), sums[r]);
    }
  }
}

enum class Version { kPortable, kAvx2, kVnni };

Version version() {
  static const Version chosen = [] {
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512vnni")) {
      return Version::kVnni;
    }
    return __builtin_cpu_supports("avx2") ? Version::kAvx2 : Version::kPortable;
  }();
  return chosen;
}

void rows_at_once(const Tile& tile, std::size_t rows) {
  switch (version()) {
    case Version::kVnni:
      if (rows == kRowsAtOnce) return rows_vnni<kRowsAtOnce>(tile);
      break;
    case Version::kAvx2:
      if (rows == kRowsAtOnce)
        return rows_avx2<4>(tile),
               rows_avx2<4>({tile.weights, tile.x + 4 * tile.inputs, tile.inputs, tile.outputs,
                             tile.sums + 4 * tile.outputs});
      break;
    case Version::kPortable:
      return rows_portable(tile, rows);
  }
  // The rest of a sentence: 4, 2 and 1 rows.
  Tile rest = tile;
  while (rows > 0) {
    const std::size_t now = rows >= 4 ? 4 : rows >= 2 ? 2 : 1;
    const bool vnni = version() == Version::kVnni;
    if (now == 4) vnni ? rows_vnni<4>(rest) : rows_avx2<4>(rest);
    if (now == 2) vnni ? rows_vnni<2>(rest) : rows_avx2<2>(rest);
    if (now == 1) vnni ? rows_vnni<1>(rest) : rows_avx2<1>(rest);
    rest.x += now * rest.inputs;
    rest.sums += now * rest.outputs;
    rows -= now;
  }
}
#else
void rows_at_once(const Tile& tile, std::size_t rows) { rows_portable(tile, rows); }
#endif

}  // namespace

Int8Matrix::Int8Matrix(std::span<const std::int8_t> weights, std::vector<float> scales,
                       std::vector<float> bias)
    : scales_(std::move(scales)), bias_(std::move(bias)) {
  const std::size_t outputs = scales_.size();
  WK_ASSERT(outputs > 0 && outputs % 32 == 0 && bias_.size() == outputs &&
            weights.size() % (4 * outputs) == 0);
  inputs_ = weights.size() / outputs;
  weights_.resize(weights.size());
  weight_sums_.assign(outputs, 0);
  for (std::size_t k = 0; k < inputs_; ++k) {
    for (std::size_t o = 0; o < outputs; ++o) {
      weights_[(k / 4 * outputs + o) * 4 + k % 4] =
          static_cast<std::uint8_t>(weights[k * outputs + o] + 128);
      weight_sums_[o] += scales_[o] * static_cast<float>(weights[k * outputs + o]);
    }
  }
}

void Int8Matrix::multiply(const float* x, std::size_t rows, float* out, Scratch& scratch) const {
  scratch.rows.resize(rows * inputs_);
  scratch.scales.resize(rows);
  scratch.middles.resize(rows);
  scratch.sums.resize(kRowsAtOnce * outputs());
  for (std::size_t r = 0; r < rows; ++r) {
    const float* const row = x + r * inputs_;
    float low = row[0];
    float high = row[0];
    for (std::size_t k = 1; k < inputs_; ++k) {
      low = std::min(low, row[k]);
      high = std::max(high, row[k]);
    }
    const float middle = (low + high) / 2;
    const float scale = (high - low) / 254;
    const float inverse = scale > 0 ? 1 / scale : 0;
    std::int8_t* const out_row = scratch.rows.data() + r * inputs_;
    // Rounds to nearest: what is added keeps the value positive, so that cutting off rounds down. The bounds are for what damaged weights
    // make of a row: with them in this order what is no number is 0.
    for (std::size_t k = 0; k < inputs_; ++k) {
      const float place = std::min(255.0f, std::max(0.0f, (row[k] - middle) * inverse + 128.5f));
      out_row[k] = static_cast<std::int8_t>(static_cast<std::int32_t>(place) - 128);
    }
    scratch.scales[r] = scale;
    scratch.middles[r] = middle;
  }
  for (std::size_t begin = 0; begin < rows; begin += kRowsAtOnce) {
    const std::size_t now = std::min(kRowsAtOnce, rows - begin);
    rows_at_once({weights_.data(), scratch.rows.data() + begin * inputs_, inputs_, outputs(),
                  scratch.sums.data()},
                 now);
    for (std::size_t r = begin; r < begin + now; ++r) {
      std::int32_t sum = 0;
      for (std::size_t k = 0; k < inputs_; ++k) sum += scratch.rows[r * inputs_ + k];
      const std::int32_t* const sums = scratch.sums.data() + (r - begin) * outputs();
      for (std::size_t o = 0; o < outputs(); ++o) {
        out[r * outputs() + o] =
            static_cast<float>(sums[o] - 128 * sum) * scratch.scales[r] * scales_[o] +
            scratch.middles[r] * weight_sums_[o] + bias_[o];
      }
    }
  }
}

}  // namespace wk::ai
