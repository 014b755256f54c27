// embed_assets DIST BLOB TABLE: packs the files below DIST into one BLOB, each as it is and, where it pays, compressed,
// and writes TABLE, the C++ source that says what lies where. Run by cmake/wk_assets.cmake at build time.
// A missing or empty DIST gives an empty table: the C++ parts build without Node.
#include <openssl/sha.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace fs = std::filesystem;

namespace {

struct MediaType {
  std::string_view extension;
  std::string_view type;
  bool compressible;
};

constexpr std::array kMediaTypes{
    MediaType{".html", "text/html; charset=utf-8", true},
    MediaType{".js", "text/javascript; charset=utf-8", true},
    MediaType{".mjs", "text/javascript; charset=utf-8", true},
    MediaType{".css", "text/css; charset=utf-8", true},
    MediaType{".json", "application/json", true},
    MediaType{".webmanifest", "application/manifest+json", true},
    MediaType{".svg", "image/svg+xml", true},
    MediaType{".txt", "text/plain; charset=utf-8", true},
    MediaType{".wasm", "application/wasm", true},
    MediaType{".ico", "image/x-icon", true},
    MediaType{".ttf", "font/ttf", true},
    MediaType{".png", "image/png", false},
    MediaType{".jpg", "image/jpeg", false},
    MediaType{".jpeg", "image/jpeg", false},
    MediaType{".gif", "image/gif", false},
    MediaType{".webp", "image/webp", false},
    MediaType{".avif", "image/avif", false},
    MediaType{".woff", "font/woff", false},
    MediaType{".woff2", "font/woff2", false},
    MediaType{".mp3", "audio/mpeg", false},
    MediaType{".ogg", "audio/ogg", false},
    MediaType{".wav", "audio/wav", true},
};
constexpr MediaType kUnknown{"", "application/octet-stream", true};

MediaType media_type_of(const fs::path& file) {
  const std::string extension = file.extension().string();
  const auto at = std::ranges::find(kMediaTypes, extension, &MediaType::extension);
  return at == kMediaTypes.end() ? kUnknown : *at;
}

std::string read_file(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Empty when it saves less than an eighth.
std::string gzip(const std::string& bytes) {
  z_stream stream{};
  constexpr int kGzipWindow = 15 + 16;
  if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, kGzipWindow, 9, Z_DEFAULT_STRATEGY) != Z_OK) return {};
  std::string out(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int result = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return result == Z_STREAM_END && out.size() < bytes.size() - bytes.size() / 8 ? out : std::string();
}

std::string hash_of(const std::string& bytes) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data());
  std::string hex;
  for (std::size_t i = 0; i < 12; ++i) {
    std::array<char, 3> two{};
    std::snprintf(two.data(), two.size(), "%02x", digest[i]);
    hex += two.data();
  }
  return hex;
}

// The bundlers write what they name by content into assets/ and widget/ as name-HASH.ext, with at least 8 characters of
// hash. The folder is asked for too, because "console-settings.js" looks the same.
bool has_hashed_name(const std::string& path) {
  if (!path.starts_with("widget/") && !path.starts_with("assets/") && path.find("/assets/") == std::string::npos) {
    return false;
  }
  const std::string stem = fs::path(path).stem().string();
  constexpr std::size_t kHashChars = 8;
  if (stem.size() < kHashChars + 2) return false;
  return stem[stem.size() - kHashChars - 1] == '-' &&
         std::ranges::all_of(stem.substr(stem.size() - kHashChars), [](unsigned char c) {
           return std::isalnum(c) != 0 || c == '_' || c == '-';
         });
}

std::string cpp_literal(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: embed_assets DIST BLOB TABLE\n");
    return 2;
  }
  const fs::path root = argv[1];
  std::vector<std::string> paths;
  std::error_code error;
  if (fs::is_directory(root, error)) {
    for (const auto& entry : fs::recursive_directory_iterator(root)) {
      // Source maps are for the developer's machine.
      if (entry.is_regular_file() && entry.path().extension() != ".map")
        paths.push_back(entry.path().lexically_relative(root).generic_string());
    }
  }
  std::ranges::sort(paths);

  std::ofstream blob(argv[2], std::ios::binary);
  std::string table =
      "// Made by tools/embed_assets.cpp.\n#include \"web/detail/asset_record.hpp\"\n\nnamespace wk::detail {\nnamespace {\n";
  std::string rows;
  std::size_t offset = 0;
  for (const std::string& path : paths) {
    const std::string bytes = read_file(root / path);
    const MediaType media = media_type_of(path);
    const std::string packed = media.compressible ? gzip(bytes) : std::string();
    const std::string hash = hash_of(bytes);
    blob << bytes << packed;
    rows += "    {" + cpp_literal(path) + ", " + cpp_literal(media.type) + ", " + std::to_string(offset) + ", " +
            std::to_string(bytes.size()) + ", " + std::to_string(offset + bytes.size()) + ", " +
            std::to_string(packed.size()) + ", " + cpp_literal('"' + hash + '"') + ", " + cpp_literal('"' + hash + "-gz\"") +
            ", " + (has_hashed_name(path) ? "true" : "false") + "},\n";
    offset += bytes.size() + packed.size();
  }
  if (!paths.empty()) table += "constexpr AssetRecord kRecords[] = {\n" + rows + "};\n";
  table += "}  // namespace\nextern const std::span<const AssetRecord> asset_records;\n";
  table += paths.empty() ? "const std::span<const AssetRecord> asset_records{};\n"
                         : "const std::span<const AssetRecord> asset_records{kRecords};\n";
  table += "}  // namespace wk::detail\n";
  std::ofstream(argv[3], std::ios::binary) << table;

  blob.flush();
  if (!blob) {
    std::fprintf(stderr, "embed_assets: cannot write %s\n", argv[2]);
    return 1;
  }
  return 0;
}
