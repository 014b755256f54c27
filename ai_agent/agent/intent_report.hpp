// A training as people read it.
#pragma once

#include "ai_agent/agent/intent_examples.hpp"

namespace wk::ai {

// Without version, time and duration.
v1::IntentModelVersion report_of(const TrainedModel& trained, const IntentExamples& examples);

}  // namespace wk::ai
