// Room kept free on the disk for the next start.
#pragma once

#include <filesystem>

namespace wk::start_room {

// A start needs a little room (WAL indexes, the file that a migration grows) before it can serve what is stored, and it must not fail
// for want of it: a server killed on a full disk has to come back and let people read. `keep` allocates limits::kStartRoomBytes in a file
// of the data directory, or what there is of it; `give` removes the file. Neither fails: a disk without room is an
// ordinary state here. give, open everything, keep, and only then let readers write.
// Its name in the data directory; a backup leaves it out.
inline constexpr const char* kFile = "start-room";

void give(const std::filesystem::path& data);
void keep(const std::filesystem::path& data);

}  // namespace wk::start_room
