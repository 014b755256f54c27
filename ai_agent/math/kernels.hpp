// The few loops that models spend their time in. Each comes in versions for AVX-512, AVX2 and any
// processor; the best that this machine has is taken at run time. Any thread. The order of sums
// differs between versions: results agree to rounding.
#pragma once

#include <cstddef>
#include <cstdint>

namespace wk::ai {

float dot(const float* a, const float* b, std::size_t n);
// y += a * x
void axpy(float a, const float* x, float* y, std::size_t n);
// y += a * x
void axpy_i8(float a, const std::int8_t* x, float* y, std::size_t n);
// Requires: n <= 65'536, so that the sum fits.
std::int32_t dot_i8(const std::int8_t* a, const std::int8_t* b, std::size_t n);

// One step of dual coordinate descent for an example that is negative in every class
// (intent/linear.cpp): moves duals[c] to where the loss of class c is least, never below 0, and
// writes by how much the score's weight changes (minus the move).
struct SvmStep {
  float diagonal;  // what the loss adds to the diagonal of the quadratic form
  float inverse;   // 1 / the example's diagonal element
};
void svm_step(const SvmStep& step, const float* scores, float* duals, float* changes,
              std::size_t n);

// x / |x|, and |x| as it was; a zero vector stays.
float normalise_l2(float* x, std::size_t n);

// out = round(x / scale) with the scale that is returned, so that the largest becomes 127; 0 for a
// zero vector.
float quantise_i8(const float* x, std::int8_t* out, std::size_t n);

// "avx512", "avx2" or "portable": which version this machine gets.
const char* kernels_name();

}  // namespace wk::ai
