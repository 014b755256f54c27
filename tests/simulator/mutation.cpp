#include "tests/simulator/mutation.hpp"

#include "base/assert.hpp"
#include "storage/embedded/sqlite/database.hpp"

namespace wk::simulator {

void store_warm_cursor(const std::filesystem::path& file, JournalPosition position) {
  auto database = sqlite::Database::open(file);
  WK_ASSERT(database);
  WK_ASSERT(database->execute(("UPDATE cursors SET position = " + std::to_string(position.value) + " WHERE name = 'journal'").c_str()));
}

}  // namespace wk::simulator
