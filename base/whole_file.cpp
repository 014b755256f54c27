#include "base/whole_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

namespace wk {
namespace {

tl::unexpected<Error> os_error(std::string_view what, const std::filesystem::path& file) {
  return fail(errno == ENOSPC || errno == EDQUOT ? ErrorCode::kStorageFull : ErrorCode::kIo,
              fmt::format("{} {}: {}", what, file.string(), std::strerror(errno)));
}

bool write_all(int file, std::string_view rest) {
  while (!rest.empty()) {
    const ssize_t written = ::write(file, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

Result<void> write_synced(const std::filesystem::path& file, std::initializer_list<std::string_view> parts) {
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (descriptor < 0) return os_error("create", file);
  bool good = true;
  for (const std::string_view part : parts) good = good && write_all(descriptor, part);
  good = good && ::fsync(descriptor) == 0;
  Result<void> done;
  if (!good) done = os_error("write", file);
  ::close(descriptor);
  return done;
}

// A name is kept by its folder.
Result<void> sync_folder(const std::filesystem::path& file) {
  const auto folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return os_error("open", folder);
  Result<void> done;
  if (::fsync(descriptor) != 0) done = os_error("sync", folder);
  ::close(descriptor);
  return done;
}

}  // namespace

Result<void> write_whole_file(const std::filesystem::path& file, std::initializer_list<std::string_view> parts) {
  std::filesystem::path unfinished = file;
  unfinished += ".new";
  Result<void> written = write_synced(unfinished, parts);
  if (written && ::rename(unfinished.c_str(), file.c_str()) != 0) written = os_error("rename", unfinished);
  if (!written) {
    std::error_code ignored;
    std::filesystem::remove(unfinished, ignored);
    return written;
  }
  return sync_folder(file);
}

Result<std::string> read_whole_file(const std::filesystem::path& file, std::size_t bytes_max) {
  std::error_code error;
  const auto size = std::filesystem::file_size(file, error);
  if (error) return fail(error == std::errc::no_such_file_or_directory ? ErrorCode::kNotFound : ErrorCode::kIo, file.string() + ": " + error.message());
  if (size > bytes_max) return fail(ErrorCode::kTooLarge, file.string() + " is over " + std::to_string(bytes_max) + " bytes");
  std::string bytes(size, '\0');
  std::ifstream in(file, std::ios::binary);
  if (!in.read(bytes.data(), static_cast<std::streamsize>(size))) return fail(ErrorCode::kIo, "cannot read " + file.string());
  return bytes;
}

}  // namespace wk
