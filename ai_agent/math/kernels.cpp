#include "ai_agent/math/kernels.hpp"

#include <algorithm>
#include <cmath>

namespace wk::ai {
namespace {

// The loops as they are; what follows compiles each for one more instruction set.
[[gnu::always_inline]] inline float dot_loop(const float* __restrict a, const float* __restrict b,
                                             std::size_t n) {
  float sum = 0;
  for (std::size_t i = 0; i < n; ++i) sum += a[i] * b[i];
  return sum;
}

[[gnu::always_inline]] inline void axpy_loop(float a, const float* __restrict x,
                                             float* __restrict y, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) y[i] += a * x[i];
}

[[gnu::always_inline]] inline void axpy_i8_loop(float a, const std::int8_t* __restrict x,
                                                float* __restrict y, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) y[i] += a * static_cast<float>(x[i]);
}

[[gnu::always_inline]] inline std::int32_t dot_i8_loop(const std::int8_t* __restrict a,
                                                       const std::int8_t* __restrict b,
                                                       std::size_t n) {
  std::int32_t sum = 0;
  // A product of two bytes fits 16 bits: the compiler multiplies 16-bit lanes and adds pairs.
  for (std::size_t i = 0; i < n; ++i)
    sum += static_cast<std::int16_t>(a[i]) * static_cast<std::int16_t>(b[i]);
  return sum;
}

[[gnu::always_inline]] inline void svm_step_loop(float diagonal, float inverse,
                                                 const float* __restrict scores,
                                                 float* __restrict duals, float* __restrict changes,
                                                 std::size_t n) {
  for (std::size_t c = 0; c < n; ++c) {
    const float gradient = -scores[c] - 1 + duals[c] * diagonal;
    const float moved = std::max(duals[c] - gradient * inverse, 0.0f);
    changes[c] = duals[c] - moved;
    duals[c] = moved;
  }
}

struct Kernels {
  const char* name;
  float (*dot)(const float*, const float*, std::size_t);
  void (*axpy)(float, const float*, float*, std::size_t);
  void (*axpy_i8)(float, const std::int8_t*, float*, std::size_t);
  std::int32_t (*dot_i8)(const std::int8_t*, const std::int8_t*, std::size_t);
  void (*svm_step)(float, float, const float*, float*, float*, std::size_t);
};

#define WK_KERNELS(suffix, attributes)                                                       \
  attributes float dot_##suffix(const float* a, const float* b, std::size_t n) {             \
    return dot_loop(a, b, n);                                                                \
  }                                                                                          \
  attributes void axpy_##suffix(float a, const float* x, float* y, std::size_t n) {          \
    axpy_loop(a, x, y, n);                                                                   \
  }                                                                                          \
  attributes void axpy_i8_##suffix(float a, const std::int8_t* x, float* y, std::size_t n) { \
    axpy_i8_loop(a, x, y, n);                                                                \
  }                                                                                          \
  attributes std::int32_t dot_i8_##suffix(const std::int8_t* a, const std::int8_t* b,        \
                                          std::size_t n) {                                   \
    return dot_i8_loop(a, b, n);                                                             \
  }                                                                                          \
  attributes void svm_step_##suffix(float diagonal, float inverse, const float* s, float* d, \
                                    float* c, std::size_t n) {                               \
    svm_step_loop(diagonal, inverse, s, d, c, n);                                            \
  }                                                                                          \
  constexpr Kernels k_##suffix{#suffix,          dot_##suffix,    axpy_##suffix,             \
                               axpy_i8_##suffix, dot_i8_##suffix, svm_step_##suffix};

#define WK_TARGET(list) __attribute__((target(list)))

WK_KERNELS(portable, )
#if defined(__x86_64__)
WK_KERNELS(avx2, WK_TARGET("avx2,fma"))
WK_KERNELS(avx512, WK_TARGET("avx2,fma,avx512f,avx512bw,avx512vl,avx512dq,prefer-vector-width=512"))
#endif

// Chosen by hand and not by the loader (target_clones): a resolver runs before a sanitizer is
// ready.
Kernels choose() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq")) {
    return k_avx512;
  }
  if (avx2) return k_avx2;
#endif
  return k_portable;
}

const Kernels& kernels() {
  static const Kernels chosen = choose();
  return chosen;
}

}  // namespace

float dot(const float* a, const float* b, std::size_t n) { return kernels().dot(a, b, n); }
void axpy(float a, const float* x, float* y, std::size_t n) { kernels().axpy(a, x, y, n); }
void axpy_i8(float a, const std::int8_t* x, float* y, std::size_t n) {
  kernels().axpy_i8(a, x, y, n);
}
std::int32_t dot_i8(const std::int8_t* a, const std::int8_t* b, std::size_t n) {
  return kernels().dot_i8(a, b, n);
}
void svm_step(const SvmStep& step, const float* scores, float* duals, float* changes,
              std::size_t n) {
  kernels().svm_step(step.diagonal, step.inverse, scores, duals, changes, n);
}
const char* kernels_name() { return kernels().name; }

float normalise_l2(float* x, std::size_t n) {
  const float norm = std::sqrt(dot(x, x, n));
  if (norm > 0) {
    for (std::size_t i = 0; i < n; ++i) x[i] /= norm;
  }
  return norm;
}

float quantise_i8(const float* x, std::int8_t* out, std::size_t n) {
  float largest = 0;
  for (std::size_t i = 0; i < n; ++i) largest = std::max(largest, std::abs(x[i]));
  const float scale = largest / 127;
  const float inverse = scale > 0 ? 1 / scale : 0;
  for (std::size_t i = 0; i < n; ++i)
    out[i] = static_cast<std::int8_t>(std::lrintf(x[i] * inverse));
  return scale;
}

}  // namespace wk::ai
