// Attachments' bytes on disk: data/files/<ab>/<id>, written to a temporary name first. Blocking; Thread-safe.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "weikeyi/v1/event.pb.h"

namespace wk::api {

std::filesystem::path file_path(const std::filesystem::path& files, AttachmentId id);

// One file on its way in. Destroyed before keep(): it leaves nothing behind.
class IncomingFile {
 public:
  static Result<IncomingFile> create(const std::filesystem::path& files, AttachmentId id);
  IncomingFile(IncomingFile&& other) noexcept;
  IncomingFile& operator=(IncomingFile&&) = delete;
  ~IncomingFile();

  // kStorageFull where the disk has no room.
  Result<void> write(std::string_view bytes);
  std::uint64_t bytes() const { return bytes_; }
  // Durable from here on.
  Result<void> keep();
  const std::filesystem::path& temporary() const { return temporary_; }

 private:
  IncomingFile(int fd, std::filesystem::path temporary, std::filesystem::path path);

  int fd_;
  std::filesystem::path temporary_;
  std::filesystem::path path_;
  std::uint64_t bytes_ = 0;
  bool kept_ = false;
};

// media_type from the content (libmagic); width and height for images.
void describe_content(const std::filesystem::path& file, ::weikeyi::v1::Attachment& attachment);

// Whether browsers may show this type inline; everything else is a download.
bool shown_inline(std::string_view media_type);

}  // namespace wk::api
