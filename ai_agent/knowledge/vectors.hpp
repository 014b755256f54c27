// Unit vectors in a quarter of the bytes: whole numbers from -127 to 127 and one factor for all of
// a vector.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace wk::ai {

// Writes vector.size() numbers to `out`; answers what to multiply them by (0 where all are 0).
float quantise(std::span<const float> vector, std::int8_t* out);

// Sum of the products. Uses AVX2 where the processor has it.
std::int32_t dot(const std::int8_t* a, const std::int8_t* b, std::size_t count);

}  // namespace wk::ai
