// The index in one file (docs/ai.md): a header, then the arrays of each segment as they lie in
// memory, each with its CRC32C.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "ai_agent/knowledge/knowledge_index.hpp"
#include "ai_agent/knowledge/limits.hpp"
#include "ai_agent/knowledge/terms.hpp"
#include "base/crc32c.hpp"

namespace wk::ai {
namespace {

constexpr std::uint32_t kMagic = 0x494B4B57;  // "WKKI"
constexpr std::uint32_t kVersion = 2;

struct Header {
  std::uint32_t magic;
  std::uint32_t version;
  std::uint32_t terms_version;
  std::uint32_t passage_bytes_max;
  std::uint32_t dimensions;
  std::uint32_t encoder_crc;  // of its name
  std::uint32_t segments_faq;
  std::uint32_t segments_text;
  std::uint32_t zero;
  std::uint32_t crc;  // of what comes before
};
static_assert(sizeof(Header) == 40);

struct ArrayHeader {
  std::uint64_t bytes;
  std::uint32_t crc;
  std::uint32_t zero;
};

std::string_view bytes_of(const auto& value) {
  return {reinterpret_cast<const char*>(&value), sizeof(value)};
}

tl::unexpected<Error> os_error(std::string_view what) {
  return fail(errno == ENOSPC ? ErrorCode::kStorageFull : ErrorCode::kIo,
              fmt::format("knowledge index: {}: {}", what, std::strerror(errno)));
}

class File {
 public:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  File(File&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  File& operator=(File&&) = delete;
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  Result<void> write(const void* data, std::size_t count) {
    const char* at = static_cast<const char*>(data);
    while (count != 0) {
      const ssize_t written = ::write(descriptor_, at, count);
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return os_error("write");
      at += written;
      count -= static_cast<std::size_t>(written);
    }
    return {};
  }
  // All of it, or kCorrupt.
  Result<void> read(void* data, std::size_t count) {
    char* at = static_cast<char*>(data);
    while (count != 0) {
      const ssize_t got = ::read(descriptor_, at, count);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return os_error("read");
      if (got == 0) return fail(ErrorCode::kCorrupt, "knowledge index: the file ends early");
      at += got;
      count -= static_cast<std::size_t>(got);
    }
    return {};
  }
  Result<void> sync() {
    if (::fsync(descriptor_) != 0) return os_error("fsync");
    return {};
  }
  Result<std::uint64_t> bytes_left() const {
    struct stat status {};
    const off_t at = ::lseek(descriptor_, 0, SEEK_CUR);
    if (at < 0 || ::fstat(descriptor_, &status) != 0)
      return fail(ErrorCode::kIo, "knowledge index: stat");
    return static_cast<std::uint64_t>(std::max<off_t>(status.st_size - at, 0));
  }

 private:
  int descriptor_;
};

template <typename Array>
Result<void> write_array(File& file, const Array& array) {
  const std::string_view data(reinterpret_cast<const char*>(array.data()),
                              array.size() * sizeof(*array.data()));
  const ArrayHeader header{data.size(), crc32c(data), 0};
  WK_TRY_VOID(file.write(&header, sizeof header));
  return file.write(data.data(), data.size());
}

template <typename Array>
Result<void> read_array(File& file, Array& array) {
  ArrayHeader header{};
  WK_TRY_VOID(file.read(&header, sizeof header));
  // Before memory is asked for: a damaged length is not believed.
  WK_TRY(const std::uint64_t left, file.bytes_left());
  constexpr std::size_t kSize = sizeof(*array.data());
  if (header.bytes > left || header.bytes % kSize != 0)
    return fail(ErrorCode::kCorrupt, "knowledge index: length of an array");
  array.resize(header.bytes / kSize);
  WK_TRY_VOID(file.read(array.data(), header.bytes));
  if (crc32c({reinterpret_cast<const char*>(array.data()), header.bytes}) != header.crc) {
    return fail(ErrorCode::kCorrupt, "knowledge index: checksum of an array");
  }
  return {};
}

Result<void> write_view(File& file, const SegmentView& view) {
  const Segment& segment = *view.segment;
  WK_TRY_VOID(write_array(file, segment.terms));
  WK_TRY_VOID(write_array(file, segment.postings));
  WK_TRY_VOID(write_array(file, segment.passages));
  WK_TRY_VOID(write_array(file, segment.entries));
  WK_TRY_VOID(write_array(file, segment.headings));
  WK_TRY_VOID(write_array(file, segment.names));
  WK_TRY_VOID(write_array(file, segment.vectors));
  WK_TRY_VOID(write_array(file, segment.vector_scales));
  return write_array(file, view.removed ? view.removed->bits : std::vector<std::uint64_t>{});
}

// Rows that point nowhere would be read as addresses later.
bool rows_fit(const Segment& segment, std::size_t dimensions) {
  const std::size_t passages = segment.passages.size();
  const std::size_t scales = segment.vector_scales.size();
  if (scales != 0 && (dimensions == 0 || scales != passages)) return false;
  if (segment.vectors.size() != dimensions * scales) return false;
  // Of unit vectors.
  for (const float scale : segment.vector_scales) {
    if (!(scale >= 0 && scale <= 1)) return false;
  }
  std::uint64_t next = 0;
  for (const EntryRow& entry : segment.entries) {
    if (entry.passage_first != next || entry.passages == 0 || entry.kind > 3) return false;
    if (std::uint64_t{entry.name} + entry.name_terms > segment.names.size()) return false;
    next += entry.passages;
  }
  if (next != passages) return false;
  for (const PassageRow& passage : segment.passages) {
    if (passage.entry >= segment.entries.size() || passage.begin > passage.end) return false;
    if (std::uint64_t{passage.heading} + passage.heading_bytes > segment.headings.size())
      return false;
  }
  for (const TermRow& term : segment.terms) {
    if (term.offset > segment.postings.size()) return false;
  }
  return true;
}

Result<SegmentView> read_view(File& file, std::size_t dimensions) {
  auto segment = std::make_shared<Segment>();
  auto removed = std::make_shared<Removed>();
  WK_TRY_VOID(read_array(file, segment->terms));
  WK_TRY_VOID(read_array(file, segment->postings));
  WK_TRY_VOID(read_array(file, segment->passages));
  WK_TRY_VOID(read_array(file, segment->entries));
  WK_TRY_VOID(read_array(file, segment->headings));
  WK_TRY_VOID(read_array(file, segment->names));
  WK_TRY_VOID(read_array(file, segment->vectors));
  WK_TRY_VOID(read_array(file, segment->vector_scales));
  WK_TRY_VOID(read_array(file, removed->bits));
  const std::size_t passages = segment->passages.size();
  if (!rows_fit(*segment, dimensions) ||
      (!removed->bits.empty() && removed->bits.size() != (passages + 63) / 64)) {
    return fail(ErrorCode::kCorrupt, "knowledge index: rows that do not fit together");
  }
  for (const PassageRow& passage : segment->passages) segment->terms_total += passage.terms;
  if (removed->bits.empty()) return SegmentView{std::move(segment), nullptr};
  for (std::uint32_t i = 0; i < passages; ++i) {
    if (!removed->has(i)) continue;
    ++removed->passages;
    removed->terms_total += segment->passages[i].terms;
  }
  return SegmentView{std::move(segment), std::move(removed)};
}

Header header_for(const KnowledgeSettings& settings, const SentenceEncoder* encoder) {
  Header header{};
  header.magic = kMagic;
  header.version = kVersion;
  header.terms_version = kTermsVersion;
  header.passage_bytes_max = static_cast<std::uint32_t>(settings.passage_bytes_max);
  header.dimensions = encoder != nullptr ? static_cast<std::uint32_t>(encoder->dimensions()) : 0;
  header.encoder_crc = encoder != nullptr ? crc32c(encoder->name()) : 0;
  return header;
}

std::uint32_t crc_of(const Header& header) {
  return crc32c(bytes_of(header).substr(0, sizeof(Header) - sizeof(header.crc)));
}

Result<void> check(const Header& header, const Header& wanted) {
  if (header.magic != kMagic) return fail(ErrorCode::kCorrupt, "knowledge index: not such a file");
  // The version is looked at first: where the checksum lies is a matter of it.
  if (header.version != wanted.version) {
    return fail(ErrorCode::kConflict,
                fmt::format("knowledge index: version {}, this program has {}", header.version,
                            wanted.version));
  }
  if (header.crc != crc_of(header))
    return fail(ErrorCode::kCorrupt, "knowledge index: checksum of the header");
  if (header.terms_version != wanted.terms_version) {
    return fail(ErrorCode::kConflict, "knowledge index: texts were read by other rules");
  }
  if (header.passage_bytes_max != wanted.passage_bytes_max) {
    return fail(ErrorCode::kConflict, "knowledge index: passages are of another size");
  }
  if (header.dimensions != wanted.dimensions || header.encoder_crc != wanted.encoder_crc) {
    return fail(ErrorCode::kConflict, "knowledge index: of another sentence encoder");
  }
  return {};
}

Result<void> write_file(const std::filesystem::path& path, const Header& header,
                        const KnowledgeSnapshot& snapshot) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (descriptor < 0) return os_error("open");
  File file(descriptor);
  WK_TRY_VOID(file.write(&header, sizeof header));
  for (const Collection* collection : {&snapshot.faqs, &snapshot.texts}) {
    for (const SegmentView& view : collection->segments) WK_TRY_VOID(write_view(file, view));
  }
  return file.sync();
}

}  // namespace

Result<void> KnowledgeIndex::save(const std::filesystem::path& path) const {
  const auto current = snapshot();
  const std::filesystem::path unfinished = path.string() + ".new";
  Header header = header_for(settings_, encoder_);
  header.segments_faq = static_cast<std::uint32_t>(current->faqs.segments.size());
  header.segments_text = static_cast<std::uint32_t>(current->texts.segments.size());
  header.crc = crc_of(header);
  Result<void> written = write_file(unfinished, header, *current);
  if (written && ::rename(unfinished.c_str(), path.c_str()) != 0) written = os_error("rename");
  if (!written) {
    ::unlink(unfinished.c_str());
    return written;
  }
  const std::filesystem::path folder =
      path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  return File(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)).sync();
}

Result<std::unique_ptr<KnowledgeIndex>> KnowledgeIndex::open(const std::filesystem::path& path,
                                                             const KnowledgeSettings& settings,
                                                             const SentenceEncoder* encoder) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    return fail(errno == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo,
                fmt::format("knowledge index {}: {}", path.string(), std::strerror(errno)));
  }
  File file(descriptor);
  Header header{};
  WK_TRY_VOID(file.read(&header, sizeof header));
  const Header wanted = header_for(settings, encoder);
  WK_TRY_VOID(check(header, wanted));

  auto index = std::make_unique<KnowledgeIndex>(settings, encoder);
  auto next = std::make_shared<KnowledgeSnapshot>(settings, encoder);
  for (std::uint32_t i = 0; i < header.segments_faq + header.segments_text; ++i) {
    WK_TRY(SegmentView view, read_view(file, wanted.dimensions));
    for (std::uint32_t row = 0; row < view.segment->entries.size(); ++row) {
      const EntryRow& entry = view.segment->entries[row];
      if (view.has(entry.passage_first))
        index->places_[KnowledgeEntryId(entry.id)] = Place{view.segment.get(), row};
    }
    (i < header.segments_faq ? next->faqs : next->texts).segments.push_back(std::move(view));
  }
  WK_TRY(const std::uint64_t left, file.bytes_left());
  if (left != 0)
    return fail(ErrorCode::kCorrupt, "knowledge index: the file goes on behind its end");
  next->faqs.count();
  next->texts.count();
  index->snapshot_.with([&](auto& current) { current = std::move(next); });
  return index;
}

}  // namespace wk::ai
