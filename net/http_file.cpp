#include "net/detail/http_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>

namespace wk::detail {

OpenedFile open_for_answer(const std::string& path) {
  // Without O_NONBLOCK a named pipe would hold the thread.
  auto fd = std::make_shared<UniqueFd>(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat info {};
  if (!*fd || fstat(fd->get(), &info) != 0 || !S_ISREG(info.st_mode)) return {};
  OpenedFile file;
  file.fd = std::move(fd);
  file.bytes = static_cast<std::uint64_t>(info.st_size);
  file.modified_s = info.st_mtim.tv_sec;
  file.etag =
      fmt::format("\"{:x}-{:x}-{:x}\"", info.st_mtim.tv_sec, info.st_mtim.tv_nsec, info.st_size);
  return file;
}

std::optional<std::string> read_piece(int fd, std::uint64_t offset, std::size_t bytes) {
  std::string piece(bytes, '\0');
  std::size_t filled = 0;
  while (filled < bytes) {
    const ssize_t got =
        pread(fd, piece.data() + filled, bytes - filled, static_cast<off_t>(offset + filled));
    if (got < 0 && errno == EINTR) continue;
    // Shorter than it was: what we promised cannot be kept.
    if (got <= 0) return std::nullopt;
    filled += static_cast<std::size_t>(got);
  }
  return piece;
}

namespace {

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Of "bytes=…"; kWhole when it is none of our understanding, which RFC 9110 wants ignored.
FilePart parse_range(std::string_view range, std::uint64_t size) {
  const FilePart whole{FilePart::Kind::kWhole, 0, size};
  constexpr std::string_view kUnit = "bytes=";
  if (!range.starts_with(kUnit)) return whole;
  range.remove_prefix(kUnit.size());
  const auto dash = range.find('-');
  if (dash == std::string_view::npos || range.find(',') != std::string_view::npos) return whole;
  const auto first_text = range.substr(0, dash);
  const auto last_text = range.substr(dash + 1);
  if (first_text.empty()) {
    const auto suffix = number(last_text);
    if (!suffix) return whole;
    if (*suffix == 0 || size == 0) return {FilePart::Kind::kUnsatisfiable, 0, 0};
    const std::uint64_t bytes = std::min(*suffix, size);
    return {FilePart::Kind::kPart, size - bytes, bytes};
  }
  const auto first = number(first_text);
  if (!first) return whole;
  std::uint64_t last = size == 0 ? 0 : size - 1;
  if (!last_text.empty()) {
    const auto given = number(last_text);
    if (!given || *given < *first) return whole;
    last = std::min(last, *given);
  }
  if (*first >= size) return {FilePart::Kind::kUnsatisfiable, 0, 0};
  return {FilePart::Kind::kPart, *first, last - *first + 1};
}

}  // namespace

FilePart part_asked_for(const HttpRequest& request, std::string_view etag, const OpenedFile& file) {
  const HttpHeaders& headers = request.headers;
  if (headers.has("If-None-Match")) {
    if (etag_matches(request, etag)) return {FilePart::Kind::kUnchanged, 0, 0};
  } else if (const auto since = parse_http_date(headers.get("If-Modified-Since"));
             since && file.modified_s <= *since) {
    return {FilePart::Kind::kUnchanged, 0, 0};
  }
  const auto range = headers.find("Range");
  if (!range || request.method != "GET") return {FilePart::Kind::kWhole, 0, file.bytes};
  // Another version than the client has the begin of: parts would not fit together.
  if (const auto if_range = headers.find("If-Range")) {
    const auto date = parse_http_date(*if_range);
    if (date ? *date != file.modified_s : *if_range != etag) {
      return {FilePart::Kind::kWhole, 0, file.bytes};
    }
  }
  return parse_range(*range, file.bytes);
}

}  // namespace wk::detail
