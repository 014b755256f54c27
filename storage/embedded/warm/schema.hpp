// The schema of warm.db as migration steps; schema.cpp describes the tables.
#pragma once

#include <span>

namespace wk::warm {

std::span<const char* const> schema_steps();

}  // namespace wk::warm
