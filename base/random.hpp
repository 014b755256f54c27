// Random bytes from the kernel; good for secrets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace wk {

void random_fill(std::span<std::byte> out);
std::string random_bytes(std::size_t count);
std::uint64_t random_u64();
// A UUIDv7 (RFC 9562) for the given wall time, in its usual 36 characters: what clients use as client_id.
std::string uuid_v7(std::int64_t now_ms);

}  // namespace wk
