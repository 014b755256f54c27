// The model's file. Numbers and arrays as in math/blob.hpp, an array being u32 count and elements:
//
//   "wkintent", u32 version, u32 CRC32C of what follows the head, u32 its size     the head, 20
//   bytes u32 count, texts                                  labels array of {u64 key, f32 idf, u32
//   0}                vocabulary; f32 x 4: weights of its blocks head (words), head (with sentence
//   vector; 0 classes: none) array u32 ends, array {u32, f32} features, array u64 ends, array i8
//   vectors, array f32 scales     examples confidence, confidence                            f32
//   means, inverse deviations, weights f32 act, f32 ask, text encoder, u32 dimensions head: u32
//   classes, u32 stride, array i8 sparse, array i8 dense, arrays f32 sparse scales, dense scales,
//   bias
#include "ai_agent/intent/intent_model.hpp"

#include <cmath>

#include "ai_agent/math/blob.hpp"
#include "base/crc32c.hpp"
#include "base/whole_file.hpp"
#include "fmt/format.h"

namespace wk::ai {
namespace {

constexpr std::string_view kMagic = "wkintent";
// Another number for another format, and for other keys of pieces (features.cpp).
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kHeadBytes = 20;

void write_head(BlobWriter& out, const QuantisedHead& head) {
  out.u32(head.classes);
  out.u32(head.stride);
  out.array(head.sparse);
  out.array(head.dense);
  out.array(head.sparse_scale);
  out.array(head.dense_scale);
  out.array(head.bias);
}

// Everything that classify() indexes without looking is checked here.
QuantisedHead read_head(BlobReader& in, std::size_t classes, std::size_t features,
                        std::size_t dimensions) {
  QuantisedHead out;
  out.classes = in.u32();
  out.stride = in.u32();
  out.sparse = in.array<std::int8_t>();
  out.dense = in.array<std::int8_t>();
  out.sparse_scale = in.float_array();
  out.dense_scale = in.float_array();
  out.bias = in.float_array();
  if (out.classes == 0) return {};
  in.require(out.classes == classes && out.stride == class_stride(classes));
  in.require(out.sparse.size() == features * out.stride &&
             out.dense.size() == dimensions * out.stride);
  in.require(out.sparse_scale.size() == out.stride && out.dense_scale.size() == out.stride &&
             out.bias.size() == out.stride);
  return out;
}

ExampleMemory read_examples(BlobReader& in, std::size_t classes, std::size_t features,
                            std::size_t dimensions) {
  ExampleMemory out;
  out.ends = in.array<std::uint32_t>();
  out.words.features = in.array<Feature>();
  for (const std::uint64_t end : in.array<std::uint64_t>()) out.words.ends.push_back(end);
  out.vectors = in.array<std::int8_t>();
  out.vector_scales = in.float_array();
  in.require(out.ends.size() == classes);
  std::uint64_t last = 0;
  for (const std::uint32_t end : out.ends) {
    in.require(end >= last);
    last = end;
  }
  in.require(out.words.ends.size() == last);
  last = 0;
  for (const std::uint64_t end : out.words.ends) {
    in.require(end >= last);
    last = end;
  }
  in.require(out.words.features.size() == last);
  for (const Feature& f : out.words.features)
    in.require(f.index < features && std::isfinite(f.value));
  if (dimensions > 0) in.require(out.vector_scales.size() == out.words.size());
  in.require(out.vectors.size() == out.vector_scales.size() * dimensions);
  return out;
}

template <std::size_t size>
void read_floats(BlobReader& in, std::array<float, size>& out) {
  const auto values = in.floats(size);
  if (in.ok()) std::copy(values.begin(), values.end(), out.begin());
}

void write_confidence(BlobWriter& out, const ConfidenceModel& model) {
  out.raw(model.mean.data(), sizeof model.mean);
  out.raw(model.inverse_deviation.data(), sizeof model.inverse_deviation);
  out.raw(model.weights.data(), sizeof model.weights);
}

void read_confidence(BlobReader& in, ConfidenceModel& out) {
  read_floats(in, out.mean);
  read_floats(in, out.inverse_deviation);
  read_floats(in, out.weights);
}

std::string encode(const IntentParts& parts) {
  BlobWriter out;
  out.u32(parts.dimensions);
  out.u32(static_cast<std::uint32_t>(parts.labels.size()));
  for (const std::string& label : parts.labels) out.text(label);
  out.array(parts.vocabulary.entries());
  out.raw(parts.vocabulary.weights().data(), sizeof(BlockWeights));
  write_head(out, parts.lexical);
  write_head(out, parts.joint);
  out.array(parts.examples.ends);
  out.array(parts.examples.words.features);
  out.array(std::vector<std::uint64_t>(parts.examples.words.ends.begin(),
                                       parts.examples.words.ends.end()));
  out.array(parts.examples.vectors);
  out.array(parts.examples.vector_scales);
  write_confidence(out, parts.lexical_confidence);
  write_confidence(out, parts.joint_confidence);
  out.f32(parts.zones.act);
  out.f32(parts.zones.ask);
  out.text(parts.encoder_name);
  return out.bytes();
}

bool decode(std::string_view payload, IntentParts& out) {
  BlobReader in(payload);
  out.dimensions = in.u32();
  const std::uint32_t count = in.u32();
  in.require(count <= intent_limits::kIntentsMax && out.dimensions <= 65'536);
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) out.labels.push_back(in.text());
  auto entries = in.array<Vocabulary::Entry>();
  for (const Vocabulary::Entry& entry : entries) in.require(std::isfinite(entry.idf));
  BlockWeights weights{};
  read_floats(in, weights);
  if (!in.ok()) return false;
  out.vocabulary = Vocabulary(std::move(entries), weights);
  out.lexical = read_head(in, count, out.vocabulary.size(), 0);
  in.require(!out.lexical.empty());
  out.joint = read_head(in, count, out.vocabulary.size(), out.dimensions);
  out.examples = read_examples(in, count, out.vocabulary.size(), out.dimensions);
  read_confidence(in, out.lexical_confidence);
  read_confidence(in, out.joint_confidence);
  out.zones.act = in.f32();
  out.zones.ask = in.f32();
  out.encoder_name = in.text();
  return in.ok() && in.at_end();
}

}  // namespace

Result<void> IntentModel::save(const std::filesystem::path& file) const {
  const std::string payload = encode(parts_);
  BlobWriter head;
  head.raw(kMagic.data(), kMagic.size());
  head.u32(kVersion);
  head.u32(crc32c(payload));
  head.u32(static_cast<std::uint32_t>(payload.size()));
  return write_whole_file(file, {head.bytes(), payload});
}

Result<std::shared_ptr<const IntentModel>> IntentModel::load(
    const std::filesystem::path& file, std::shared_ptr<const SentenceEncoder> encoder) {
  WK_TRY(const std::string bytes, read_whole_file(file, intent_limits::kModelFileBytesMax));
  const auto corrupt = [&](std::string_view what) {
    return fail(ErrorCode::kCorrupt,
                fmt::format("intent model {}: {}; train it again", file.string(), what));
  };
  if (bytes.size() < kHeadBytes || !bytes.starts_with(kMagic))
    return corrupt("not an intent model");
  BlobReader head(std::string_view(bytes).substr(kMagic.size(), kHeadBytes - kMagic.size()));
  const std::uint32_t version = head.u32();
  const std::uint32_t checksum = head.u32();
  const std::string_view payload = std::string_view(bytes).substr(kHeadBytes);
  if (version != kVersion)
    return corrupt(fmt::format("version {} where this server reads {}", version, kVersion));
  if (head.u32() != payload.size()) return corrupt("cut short");
  if (crc32c(payload) != checksum) return corrupt("checksum does not match");
  IntentParts parts;
  if (!decode(payload, parts)) return corrupt("its parts do not fit together");
  return std::make_shared<const IntentModel>(std::move(parts), std::move(encoder));
}

}  // namespace wk::ai
