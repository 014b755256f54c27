#pragma once

namespace wk::sqlite {

// SQLite maps a database's WAL index (its -shm file) into memory and makes sure of room for it by writing one byte to each 4,096. On
// a filesystem of smaller blocks, or one that copies on write, that is not enough: the first store to a page that the full disk has
// no block for ends the process with SIGBUS. From this call on every block is allocated before it is mapped, and a disk that has
// no room is an error like any other (SQLITE_IOERR_SHMMAP with ENOSPC).
// Any thread, any number of times; before the first connection.
void reserve_wal_index_room();

}  // namespace wk::sqlite
