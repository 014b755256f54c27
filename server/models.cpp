#include "server/models.hpp"

#include "ai_agent/sentence/sentence_model.hpp"
#include "base/log.hpp"

namespace wk {
namespace {

constexpr std::string_view kSentenceFile = "sentence_en.wks";

}  // namespace

std::filesystem::path models_directory() {
  std::error_code error;
  const std::filesystem::path binary = std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
  if (error) return {};
  for (const std::filesystem::path& directory : {binary, binary.parent_path() / "share" / "weikeyi"}) {
    if (std::filesystem::exists(directory / kSentenceFile, error)) return directory;
  }
  return {};
}

std::shared_ptr<const ai::SentenceEncoder> open_sentence_encoder(const std::filesystem::path& directory) {
  const std::filesystem::path from = directory.empty() ? models_directory() : directory;
  if (from.empty()) {
    log_info("models.no_sentence_model", {{"reason", "not beside the binary; the AI agent goes by words alone"}});
    return nullptr;
  }
  auto opened = ai::open_sentence_model(from / kSentenceFile);
  if (!opened) {
    // Not there is a choice; there and not readable is a fault that somebody should see.
    const bool none = opened.error().code == ErrorCode::kNotFound;
    log(none ? LogLevel::kInfo : LogLevel::kError, none ? "models.no_sentence_model" : "models.sentence_model_refused",
        {{"reason", opened.error().context}});
    return nullptr;
  }
  std::shared_ptr<const ai::SentenceEncoder> encoder = std::move(*opened);
  log_info("models.sentence_model", {{"name", encoder->name()}, {"from", from.string()}});
  return encoder;
}

std::shared_ptr<const ai::CachedEncoder> with_cache(std::shared_ptr<const ai::SentenceEncoder> encoder, const std::filesystem::path& file) {
  if (!encoder) return nullptr;
  std::error_code error;
  std::filesystem::create_directories(file.parent_path(), error);
  auto cached = ai::CachedEncoder::open(file, std::move(encoder));
  if (!cached) {
    log_warning("models.no_vectors_kept", {{"reason", cached.error().context}});
    return nullptr;
  }
  return std::move(*cached);
}

}  // namespace wk
