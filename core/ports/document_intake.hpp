// A file that somebody has their knowledge in, taken into the knowledge. Thread-safe; blocks for as long as reading it takes (20 s at the most): on a
// pool of its own.
#pragma once

#include <string>
#include <string_view>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "weikeyi/v1/resource.pb.h"

namespace wk {

class DocumentIntake {
 public:
  struct File {
    // Not set: of every site. Requires: there is such a site.
    SiteId site{};
    std::string name;
    std::string_view bytes;
  };
  virtual ~DocumentIntake() = default;
  // Reads it and stores it as articles: one, or of a long document as many as it needs, in order; without their bodies. What cannot be read is
  // refused with a reason_code: document_unknown_format and those of ai_agent/documents. Where storing fails half way, what was stored is taken away.
  virtual Result<::weikeyi::v1::KnowledgeEntryList> take(const File& file) = 0;
};

}  // namespace wk
