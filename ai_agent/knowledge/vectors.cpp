#include "ai_agent/knowledge/vectors.hpp"

#include <algorithm>
#include <cmath>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace wk::ai {
namespace {

std::int32_t dot_portable(const std::int8_t* a, const std::int8_t* b, std::size_t count) {
  std::int32_t sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += a[i] * b[i];
  return sum;
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) std::int32_t dot_avx2(const std::int8_t* a, const std::int8_t* b,
                                                      std::size_t count) {
  __m256i sum = _mm256_setzero_si256();
  std::size_t i = 0;
  for (; i + 16 <= count; i += 16) {
    // Widened to 16 bits first: the instruction for bytes takes one side without sign.
    const __m256i x =
        _mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(a + i)));
    const __m256i y =
        _mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(b + i)));
    sum = _mm256_add_epi32(sum, _mm256_madd_epi16(x, y));
  }
  alignas(32) std::int32_t lanes[8];
  _mm256_store_si256(reinterpret_cast<__m256i*>(lanes), sum);
  std::int32_t total = 0;
  for (const std::int32_t lane : lanes) total += lane;
  return total + dot_portable(a + i, b + i, count - i);
}
#endif

}  // namespace

float quantise(std::span<const float> vector, std::int8_t* out) {
  float largest = 0;
  for (const float value : vector) largest = std::max(largest, std::abs(value));
  if (!(largest > 0) || !std::isfinite(largest)) {
    std::fill_n(out, vector.size(), std::int8_t{0});
    return 0;
  }
  const float factor = 127.0F / largest;
  for (std::size_t i = 0; i < vector.size(); ++i)
    out[i] = static_cast<std::int8_t>(std::lround(vector[i] * factor));
  return largest / 127.0F;
}

std::int32_t dot(const std::int8_t* a, const std::int8_t* b, std::size_t count) {
#if defined(__x86_64__)
  static const bool has_avx2 = __builtin_cpu_supports("avx2");
  if (has_avx2) return dot_avx2(a, b, count);
#endif
  return dot_portable(a, b, count);
}

}  // namespace wk::ai
