// What the demo shop's AI agent knows.
#pragma once

#include "api/services.hpp"

namespace wk {

Result<void> make_demo_knowledge(api::Services& services);

}  // namespace wk
