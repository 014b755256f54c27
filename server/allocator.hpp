// The allocator the binary is linked with. Sanitizers bring their own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

namespace wk {

// What the program holds, size classes included, without what the allocator keeps for later. nullopt: not known here. Thread-safe.
std::optional<std::size_t> allocated_bytes();

}  // namespace wk
