// A consistent copy of a database that others may be writing to.
#pragma once

#include <filesystem>

#include "storage/embedded/sqlite/database.hpp"

namespace wk::sqlite {

// Copies the state as of now into a new file, without holding up the writer (SQLite's online backup, in one read transaction).
Result<void> copy(Database& from, const std::filesystem::path& to);

}  // namespace wk::sqlite
