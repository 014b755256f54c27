#include "ai_agent/sentence/weights_file.hpp"

#include <fstream>

#include "ai_agent/math/blob.hpp"
#include "ai_agent/sentence/limits.hpp"
#include "base/crc32c.hpp"

namespace wk::ai {
namespace {

constexpr std::string_view kMagic = "wksent01";
constexpr std::size_t kHeadBytes = 16;

// The sizes that the arithmetic of the forward pass relies on are checked here, once.
Int8Matrix read_matrix(BlobReader& reader, std::size_t inputs, std::size_t outputs) {
  reader.require(reader.u32() == inputs);
  reader.require(reader.u32() == outputs);
  auto scales = reader.floats(outputs);
  auto bias = reader.floats(outputs);
  const auto weights = reader.many<std::int8_t>(inputs * outputs);
  if (!reader.ok()) return {};
  return {weights, std::move(scales), std::move(bias)};
}

LayerNorm read_norm(BlobReader& reader, std::size_t width) {
  if (reader.u32() != width) reader.fault();
  LayerNorm out;
  out.scale = reader.floats(width);
  out.bias = reader.floats(width);
  return out;
}

constexpr std::size_t kNarrow = 256;
constexpr std::size_t kWide = 512;
constexpr std::size_t kHidden = 1536;

}  // namespace

Result<SentenceWeights> read_sentence_weights(const std::filesystem::path& file) {
  std::error_code error;
  const auto size = std::filesystem::file_size(file, error);
  if (error) return fail(ErrorCode::kNotFound, "no sentence model at " + file.string());
  if (size > sentence_limits::kModelFileBytesMax)
    return fail(ErrorCode::kTooLarge, "sentence model " + file.string());
  std::string bytes(size, '\0');
  std::ifstream in(file, std::ios::binary);
  if (!in.read(bytes.data(), static_cast<std::streamsize>(size)))
    return fail(ErrorCode::kIo, "cannot read " + file.string());

  const auto corrupt = [&](const char* what) {
    return fail(ErrorCode::kCorrupt, "sentence model " + file.string() + ": " + what);
  };
  if (!bytes.starts_with(kMagic) || bytes.size() < kHeadBytes)
    return corrupt("not a file of this version");
  BlobReader head(std::string_view(bytes).substr(kMagic.size(), 8));
  SentenceWeights out;
  out.checksum = head.u32();
  const std::string_view payload = std::string_view(bytes).substr(kHeadBytes);
  if (head.u32() != payload.size()) return corrupt("cut short");
  if (crc32c(payload) != out.checksum) return corrupt("checksum does not match");

  BlobReader reader(payload);
  const std::uint32_t pieces = reader.u32();
  for (std::uint32_t i = 0; i < pieces && reader.ok(); ++i) {
    const std::string_view length = reader.take(1);
    const std::string_view text =
        reader.take(reader.ok() ? static_cast<unsigned char>(length[0]) : 0);
    const auto score = reader.floats(1);
    if (reader.ok()) out.vocabulary.push_back({std::string(text), score[0]});
  }
  const std::uint32_t rows = reader.u32();
  // Row 0 is what is known to nobody.
  if (rows == 0 || rows < pieces || rows > 1'000'000 || reader.u32() != kNarrow) reader.fault();
  out.width = kNarrow;
  out.embedding_scales = reader.floats(reader.ok() ? rows : 0);
  out.embeddings = reader.many<std::int8_t>(reader.ok() ? rows * kNarrow : 0);
  if (reader.u32() != kNarrow / 2) reader.fault();
  out.wave_numbers = reader.floats(kNarrow / 2);
  for (std::size_t i = 0; i < out.layers.size(); ++i) {
    TransformerLayer& layer = out.layers[i];
    const std::size_t width = i == 0 ? kNarrow : kWide;
    layer.before_attention = read_norm(reader, width);
    layer.before_feed_forward = read_norm(reader, kWide);
    if (i == 0) layer.widen = read_matrix(reader, kNarrow, kWide);
    layer.qkv = read_matrix(reader, width, 3 * width);
    layer.out = read_matrix(reader, width, kWide);
    layer.feed_forward_in = read_matrix(reader, kWide, kHidden);
    layer.feed_forward_out = read_matrix(reader, kHidden, kWide);
  }
  out.last = read_matrix(reader, kWide, kWide);
  if (!reader.ok() || !reader.at_end()) return corrupt("a part has another size than it should");
  return out;
}

}  // namespace wk::ai
