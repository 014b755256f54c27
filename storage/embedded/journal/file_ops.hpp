// The few things the journal asks of the operating system, so that tests can make each of them fail, forget and tear.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace wk {

// One open file; closes itself. Thread-safe as far as the ranges do not overlap.
// Errors: kStorageFull for want of room, kIo for the rest.
class File {
 public:
  virtual ~File() = default;
  // Fewer than asked for only at the end of the file.
  virtual Result<std::size_t> read_at(std::span<char> into, std::uint64_t offset) const = 0;
  // All of it; after an error any part of it may have been written.
  virtual Result<void> write_at(std::string_view bytes, std::uint64_t offset) = 0;
  // Afterwards the file is at least `size` bytes long, has room on disk for them, and reads as zeros where nothing was written.
  virtual Result<void> allocate(std::uint64_t size) = 0;
  virtual Result<void> truncate(std::uint64_t size) = 0;
  // Contents and size are on stable storage.
  virtual Result<void> sync() = 0;
  virtual Result<std::uint64_t> size() const = 0;
};

// Holds a directory against other processes for as long as it lives.
class DirectoryLock {
 public:
  virtual ~DirectoryLock() = default;
};

// Thread-safe.
class FileOps {
 public:
  enum class Open { kRead, kReadWrite, kCreate };

  virtual ~FileOps() = default;
  virtual Result<void> make_directory(const std::filesystem::path& path) = 0;
  // Names of the regular files in it, sorted.
  virtual Result<std::vector<std::string>> list(const std::filesystem::path& directory) = 0;
  // kCreate: an existing file is emptied. kNotFound where there is none.
  virtual Result<std::unique_ptr<File>> open(const std::filesystem::path& path, Open how) = 0;
  virtual Result<void> rename(const std::filesystem::path& from, const std::filesystem::path& to) = 0;
  virtual Result<void> remove(const std::filesystem::path& path) = 0;
  // Names created, renamed and removed so far are on stable storage.
  virtual Result<void> sync_directory(const std::filesystem::path& path) = 0;
  // kConflict: somebody else holds it.
  virtual Result<std::unique_ptr<DirectoryLock>> lock(const std::filesystem::path& directory) = 0;
};

// The real ones.
FileOps& system_files();

}  // namespace wk
