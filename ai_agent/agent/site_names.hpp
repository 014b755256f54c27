// The names that a site listed as its own (BotSettings.name_lists), ready to be looked for.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "ai_agent/intent/entities.hpp"
#include "base/guarded.hpp"
#include "core/ports/directory.hpp"

namespace wk::ai {

// Never null.
std::shared_ptr<const Gazetteer> no_names();

// Thread-safe. Made once of each site's lists, and again when they have changed; of sites that are gone nothing is kept.
class SiteNames {
 public:
  // Outlives it.
  explicit SiteNames(const Directory& directory) : directory_(directory) {}

  // As they are now; never null, no_names() where there are none.
  std::shared_ptr<const Gazetteer> of(SiteId site) const;

 private:
  struct Made {
    std::string lists;  // of what
    std::shared_ptr<const Gazetteer> names;
  };
  struct Cache {
    // What `made` was compared with: the same snapshot has the same lists.
    std::shared_ptr<const std::vector<v1::Site>> sites;
    std::map<SiteId, Made> made;
  };

  const Directory& directory_;
  mutable Guarded<Cache> cache_;
};

}  // namespace wk::ai
