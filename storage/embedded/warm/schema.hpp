// The schema of warm.db as migration steps. docs/storage-format.md describes the tables.
#pragma once

#include <span>

namespace wk::warm {

std::span<const char* const> schema_steps();

}  // namespace wk::warm
