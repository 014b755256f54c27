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
  struct Taken {
    // In order; without their bodies.
    ::weikeyi::v1::KnowledgeEntryList entries;
    // They were there before: the same name, the same text, the same site. Nothing was written.
    bool known = false;
  };
  virtual ~DocumentIntake() = default;
  // Reads it and stores it as articles: one, or of a long document as many as it needs, unless the same are there. What cannot be read is
  // refused with a reason_code: document_unknown_format and those of ai_agent/documents. Where storing fails half way, what was stored is taken away.
  virtual Result<Taken> take(const File& file) = 0;
};

}  // namespace wk
