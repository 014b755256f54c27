// Questions without an answer, put together where they ask the same: by words, as an agglomerative clustering by average similarity.
#pragma once

#include <vector>

#include "weikeyi/v1/resource.pb.h"

namespace wk::ai {

namespace v1 = ::weikeyi::v1;

// `questions`: the newest first; of more than agent_limits::kGapQuestionsRead the newest are read, and `more` says so. Any thread; at the bound
// 8 MB and less than 0.1 s.
v1::KnowledgeGapList knowledge_gaps(const std::vector<v1::UnansweredQuestion>& questions);

}  // namespace wk::ai
