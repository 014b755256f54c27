// What a file answer needs to know: the file as it is, and which part of it was asked for.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "net/http_message.hpp"
#include "net/unique_fd.hpp"

namespace wk::detail {

struct OpenedFile {
  // Null: not there, not readable or not a regular file. Shared: the pool may be reading when the
  // client leaves.
  std::shared_ptr<UniqueFd> fd;
  std::uint64_t bytes = 0;
  std::int64_t modified_s = 0;
  std::string etag;
};

// Blocks.
OpenedFile open_for_answer(const std::string& path);
// Up to `bytes` from `offset`; nullopt for an error or when the file is shorter. Blocks.
std::optional<std::string> read_piece(int fd, std::uint64_t offset, std::size_t bytes);

struct FilePart {
  enum class Kind { kWhole, kPart, kUnchanged, kUnsatisfiable } kind = Kind::kWhole;
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
};
// By If-None-Match, If-Modified-Since, Range and If-Range (RFC 9110, 13 and 14). Several ranges at
// once give the whole file.
FilePart part_asked_for(const HttpRequest& request, std::string_view etag, const OpenedFile& file);

}  // namespace wk::detail
