// /metrics in Prometheus' text format.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ai_agent/agent/bot_agent.hpp"
#include "ai_agent/sentence/embedding_cache.hpp"
#include "core/broker/shard.hpp"
#include "core/session/admission.hpp"
#include "core/session/presence.hpp"
#include "net/event_loop.hpp"
#include "storage/embedded/manager/storage_manager.hpp"

namespace wk {

struct MetricsSource {
  Shard::Figures broker;
  StorageManager::Metrics storage;
  const Presence* presence = nullptr;
  const AdmissionFigures* admission = nullptr;
  std::vector<const LoopStats*> loops;
  std::size_t api_queued = 0;
  std::size_t storage_queued = 0;
  ai::BotAgent::Figures bot;
  // Where a language model is configured.
  std::optional<ai::LanguageModel::Figures> llm;
  ai::CachedEncoder::Figures sentence_vectors;
  double up_seconds = 0;
};

std::string metrics_text(const MetricsSource& source);

}  // namespace wk
