#include "storage/embedded/manager/start_room.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "storage/embedded/manager/limits.hpp"

namespace wk::start_room {

namespace {

std::filesystem::path file_in(const std::filesystem::path& data) { return data / kFile; }

bool allocate_to(int file, off_t bytes) {
  int error = 0;
  do {
    error = posix_fallocate(file, 0, bytes);
  } while (error == EINTR);
  return error == 0;
}

}  // namespace

void give(const std::filesystem::path& data) {
  std::error_code ignored;
  std::filesystem::remove(file_in(data), ignored);
}

void keep(const std::filesystem::path& data) {
  const int file = ::open(file_in(data).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return;
  // Step by step: an allocation that does not fit as a whole takes nothing.
  for (off_t bytes = limits::kStartRoomStepBytes; bytes <= limits::kStartRoomBytes; bytes += limits::kStartRoomStepBytes) {
    if (!allocate_to(file, bytes)) break;
  }
  ::close(file);
}

}  // namespace wk::start_room
