#include "storage/embedded/sqlite/wal_index_room.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/mman.h>

#include <cerrno>
#include <mutex>

#include "base/assert.hpp"

namespace wk::sqlite {

namespace {

// The unix VFS's "mmap", which it uses for the WAL index, and for databases only where PRAGMA mmap_size says so (never here).
void* map_allocated(void* address, size_t length, int protection, int flags, int file, off_t offset) {
  if ((flags & MAP_SHARED) != 0 && (protection & PROT_WRITE) != 0) {
    if (const int error = posix_fallocate(file, offset, static_cast<off_t>(length)); error != 0) {
      errno = error;
      return MAP_FAILED;
    }
  }
  return mmap(address, length, protection, flags, file, offset);
}

}  // namespace

void reserve_wal_index_room() {
  static std::once_flag once;
  std::call_once(once, [] {
    sqlite3_vfs* vfs = sqlite3_vfs_find(nullptr);
    WK_ASSERT(vfs != nullptr && vfs->iVersion >= 3);
    const int code = vfs->xSetSystemCall(vfs, "mmap", reinterpret_cast<sqlite3_syscall_ptr>(map_allocated));
    WK_ASSERT(code == SQLITE_OK);
  });
}

}  // namespace wk::sqlite
