// The operator's tools: what models and dialogue flows may ask. Immutable, thread-safe.
#pragma once

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "ai_agent/llm/http_tool.hpp"

namespace wk::ai {

class ToolBox {
 public:
  ToolBox() = default;
  explicit ToolBox(std::vector<HttpTool> tools) : tools_(std::move(tools)) {}

  const std::vector<HttpTool>& all() const { return tools_; }
  std::vector<const HttpTool*> for_site(SiteId site) const {
    std::vector<const HttpTool*> tools;
    for (const HttpTool& tool : tools_) {
      if (tool.serves(site)) tools.push_back(&tool);
    }
    return tools;
  }
  // Null: there is none, or not for this site.
  const HttpTool* find(SiteId site, std::string_view name) const {
    const auto found = std::find_if(tools_.begin(), tools_.end(), [&](const HttpTool& one) { return one.name() == name && one.serves(site); });
    return found == tools_.end() ? nullptr : &*found;
  }

 private:
  std::vector<HttpTool> tools_;
};

}  // namespace wk::ai
