// A dialogue of the demo shop: an exchange, asked for step by step until people have all they need for it. Once in each language.
#pragma once

#include <vector>

#include "weikeyi/v1/resource.pb.h"

namespace wk {

std::vector<::weikeyi::v1::KnowledgeEntry> demo_flows();

}  // namespace wk
