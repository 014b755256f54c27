#include "api/file_name.hpp"

#include "base/encoding.hpp"
#include "core/model/limits.hpp"

namespace wk::api {

std::string attachment_name(std::string_view given) {
  const std::size_t slash = given.find_last_of("/\\");
  if (slash != std::string_view::npos) given.remove_prefix(slash + 1);
  std::string name;
  for (const char c : given) {
    if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F) name.push_back(c);
  }
  if (!utf8_valid(name)) name.clear();
  name = std::string(utf8_prefix(name, limits::kNameBytesMax));
  return name.empty() ? "file" : name;
}

std::string content_disposition(bool as_download, std::string_view name) {
  std::string ascii;
  std::string encoded;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') ||
                       byte == '.' || byte == '-' || byte == '_';
    ascii.push_back(plain || byte == ' ' ? c : '_');
    if (plain) {
      encoded.push_back(c);
    } else {
      static constexpr char kHex[] = "0123456789ABCDEF";
      encoded += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return (as_download ? "attachment; filename=\"" : "inline; filename=\"") + ascii + "\"; filename*=UTF-8''" + encoded;
}

}  // namespace wk::api
