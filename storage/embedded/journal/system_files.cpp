#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "storage/embedded/journal/file_ops.hpp"

namespace wk {
namespace {

namespace fs = std::filesystem;

tl::unexpected<Error> os_error(std::string_view what, const std::string& path, int error) {
  const ErrorCode code = error == ENOSPC || error == EDQUOT ? ErrorCode::kStorageFull
                         : error == ENOENT                  ? ErrorCode::kNotFound
                                                            : ErrorCode::kIo;
  return fail(code, fmt::format("{} {}: {}", what, path, std::generic_category().message(error)));
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

class SystemFile final : public File {
 public:
  SystemFile(Descriptor fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}

  Result<std::size_t> read_at(std::span<char> into, std::uint64_t offset) const override {
    std::size_t done = 0;
    while (done < into.size()) {
      const ssize_t n = ::pread(fd_.get(), into.data() + done, into.size() - done, static_cast<off_t>(offset + done));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return os_error("read", path_, errno);
      if (n == 0) break;
      done += static_cast<std::size_t>(n);
    }
    return done;
  }

  Result<void> write_at(std::string_view bytes, std::uint64_t offset) override {
    while (!bytes.empty()) {
      const ssize_t n = ::pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return os_error("write", path_, errno);
      bytes.remove_prefix(static_cast<std::size_t>(n));
      offset += static_cast<std::uint64_t>(n);
    }
    return {};
  }

  Result<void> allocate(std::uint64_t size) override {
    int error = 0;
    do {
      error = ::fallocate(fd_.get(), 0, 0, static_cast<off_t>(size)) == 0 ? 0 : errno;
    } while (error == EINTR);
    // File systems without fallocate (NFS, some overlays): the C library then touches every block.
    if (error == EOPNOTSUPP || error == ENOSYS) error = ::posix_fallocate(fd_.get(), 0, static_cast<off_t>(size));
    if (error != 0) return os_error("allocate", path_, error);
    return {};
  }

  Result<void> truncate(std::uint64_t size) override {
    while (::ftruncate(fd_.get(), static_cast<off_t>(size)) != 0) {
      if (errno != EINTR) return os_error("truncate", path_, errno);
    }
    return {};
  }

  // fdatasync: it leaves out the times, but not a changed size.
  Result<void> sync() override {
    if (::fdatasync(fd_.get()) != 0) return os_error("fdatasync", path_, errno);
    return {};
  }

  Result<std::uint64_t> size() const override {
    struct stat status = {};
    if (::fstat(fd_.get(), &status) != 0) return os_error("stat", path_, errno);
    return static_cast<std::uint64_t>(status.st_size);
  }

 private:
  Descriptor fd_;
  std::string path_;
};

class SystemLock final : public DirectoryLock {
 public:
  explicit SystemLock(Descriptor fd) : fd_(std::move(fd)) {}

 private:
  Descriptor fd_;
};

class SystemFiles final : public FileOps {
 public:
  Result<void> make_directory(const fs::path& path) override {
    std::error_code error;
    const bool created = fs::create_directories(path, error);
    if (!error && created) return sync_directory(fs::absolute(path).parent_path());
    if (error) return os_error("create directory", path.string(), error.value());
    return {};
  }

  Result<std::vector<std::string>> list(const fs::path& directory) override {
    std::error_code error;
    std::vector<std::string> names;
    fs::directory_iterator it(directory, error);
    for (; !error && it != fs::directory_iterator(); it.increment(error)) {
      std::error_code ignored;
      if (it->is_regular_file(ignored)) names.push_back(it->path().filename().string());
    }
    if (error) return os_error("list", directory.string(), error.value());
    std::sort(names.begin(), names.end());
    return names;
  }

  Result<std::unique_ptr<File>> open(const fs::path& path, Open how) override {
    const int flags = how == Open::kRead        ? O_RDONLY
                      : how == Open::kReadWrite ? O_RDWR
                                                : O_RDWR | O_CREAT | O_TRUNC;
    Descriptor fd(::open(path.c_str(), flags | O_CLOEXEC, 0600));
    if (fd.get() < 0) return os_error("open", path.string(), errno);
    return std::make_unique<SystemFile>(std::move(fd), path.string());
  }

  Result<void> rename(const fs::path& from, const fs::path& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) return os_error("rename", from.string(), errno);
    return {};
  }

  Result<void> remove(const fs::path& path) override {
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return os_error("remove", path.string(), errno);
    return {};
  }

  Result<void> sync_directory(const fs::path& path) override {
    const Descriptor fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (fd.get() < 0 || ::fsync(fd.get()) != 0) return os_error("fsync", path.string(), errno);
    return {};
  }

  Result<std::unique_ptr<DirectoryLock>> lock(const fs::path& directory) override {
    const fs::path path = directory / "lock";
    Descriptor fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (fd.get() < 0) return os_error("open", path.string(), errno);
    // Gone with the process, however it ends.
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK) return os_error("flock", path.string(), errno);
      return fail(ErrorCode::kConflict, fmt::format("{} is in use by another process", directory.string()));
    }
    return std::make_unique<SystemLock>(std::move(fd));
  }
};

}  // namespace

FileOps& system_files() {
  static SystemFiles files;
  return files;
}

}  // namespace wk
