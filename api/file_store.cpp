#include "api/file_store.hpp"

#include <fcntl.h>
#include <magic.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <regex>
#include <system_error>
#include <utility>

namespace wk::api {
namespace {

Error io_error(const char* what) {
  const int error = errno;
  const ErrorCode code = error == ENOSPC || error == EDQUOT ? ErrorCode::kStorageFull : ErrorCode::kIo;
  return {code, std::string(what) + ": " + std::strerror(error), nullptr, code == ErrorCode::kStorageFull ? 5000u : 0u};
}

Result<void> sync_directory(const std::filesystem::path& directory) {
  const int fd = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return fail(io_error("open directory"));
  const int result = ::fsync(fd);
  ::close(fd);
  if (result != 0) return fail(io_error("fsync directory"));
  return {};
}

struct MagicClose {
  void operator()(magic_set* cookie) const { magic_close(cookie); }
};
using Magic = std::unique_ptr<magic_set, MagicClose>;

std::string ask_magic(int flags, const std::filesystem::path& file) {
  const Magic magic(magic_open(flags));
  if (!magic || magic_load(magic.get(), nullptr) != 0) return {};
  const char* answer = magic_file(magic.get(), file.c_str());
  return answer == nullptr ? std::string() : std::string(answer);
}

}  // namespace

std::filesystem::path file_path(const std::filesystem::path& files, AttachmentId id) {
  // 256 folders by the id's last digits, so that none grows without bound.
  char folder[4];
  std::snprintf(folder, sizeof folder, "%02x", static_cast<unsigned>(id.value() & 0xFF));
  return files / folder / id.str();
}

Result<IncomingFile> IncomingFile::create(const std::filesystem::path& files, AttachmentId id) {
  const std::filesystem::path path = file_path(files, id);
  std::error_code error;
  std::filesystem::create_directories(path.parent_path(), error);
  if (error) return fail(ErrorCode::kIo, "cannot make " + path.parent_path().string() + ": " + error.message());
  std::filesystem::path temporary = path;
  temporary += ".part";
  const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return fail(io_error("create file"));
  return IncomingFile(fd, std::move(temporary), path);
}

IncomingFile::IncomingFile(int fd, std::filesystem::path temporary, std::filesystem::path path)
    : fd_(fd), temporary_(std::move(temporary)), path_(std::move(path)) {}

IncomingFile::IncomingFile(IncomingFile&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      temporary_(std::move(other.temporary_)),
      path_(std::move(other.path_)),
      bytes_(other.bytes_),
      kept_(other.kept_) {}

IncomingFile::~IncomingFile() {
  if (fd_ >= 0) ::close(fd_);
  if (fd_ >= 0 && !kept_) ::unlink(temporary_.c_str());
}

Result<void> IncomingFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail(io_error("write file"));
    bytes_ += static_cast<std::uint64_t>(written);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<void> IncomingFile::keep() {
  if (::fdatasync(fd_) != 0) return fail(io_error("fdatasync"));
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) return fail(io_error("rename"));
  kept_ = true;
  return sync_directory(path_.parent_path());
}

void describe_content(const std::filesystem::path& file, ::weikeyi::v1::Attachment& attachment) {
  std::string type = ask_magic(MAGIC_MIME_TYPE, file);
  if (type.find('/') == std::string::npos) type = "application/octet-stream";
  attachment.set_media_type(type);
  if (!type.starts_with("image/")) return;
  // libmagic says "PNG image data, 640 x 480, 8-bit/color …"; JPEG's size comes last, behind its density.
  const std::string text = ask_magic(MAGIC_NONE, file);
  static const std::regex kSize(R"(([0-9]{1,6}) ?x ?([0-9]{1,6}))");
  for (std::sregex_iterator it(text.begin(), text.end(), kSize), end; it != end; ++it) {
    attachment.set_width(static_cast<std::uint32_t>(std::stoul((*it)[1])));
    attachment.set_height(static_cast<std::uint32_t>(std::stoul((*it)[2])));
    if (type != "image/jpeg") break;
  }
}

bool shown_inline(std::string_view media_type) {
  // SVG and HTML can carry scripts and are never among them.
  static constexpr std::array<std::string_view, 10> kInline{"image/png",  "image/jpeg", "image/gif",  "image/webp",
                                                            "image/avif", "audio/mpeg", "audio/ogg", "audio/mp4",
                                                            "video/mp4",  "video/webm"};
  return std::find(kInline.begin(), kInline.end(), media_type) != kInline.end();
}

}  // namespace wk::api
