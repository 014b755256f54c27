// What the console shows and does of the models that tell a site's questions apart. Thread-safe; blocks: on a ThreadPool.
#pragma once

#include "base/ids.hpp"
#include "base/result.hpp"
#include "weikeyi/v1/resource.pb.h"

namespace wk {

class IntentTraining {
 public:
  virtual ~IntentTraining() = default;

  // Of the model that answers for this site; versions without their details.
  virtual ::weikeyi::v1::IntentStatus status(SiteId site) = 0;
  // One version with everything. kNotFound.
  virtual Result<::weikeyi::v1::IntentModelVersion> version(SiteId site, std::uint32_t version) = 0;
  // Trains soon, also where nothing changed. Returns at once.
  virtual Result<void> train(SiteId site) = 0;
  // Uses this version from now on; 0: the newest, now and later. kNotFound.
  virtual Result<void> activate(SiteId site, std::uint32_t version) = 0;
};

}  // namespace wk
