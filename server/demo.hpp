// Demo data for `weikeyi serve --demo`: a site, two agents, some conversations. Made once; the passwords are random and kept
// beside the data so that the next start can print them again.
#pragma once

#include <filesystem>
#include <string>

#include "api/services.hpp"

namespace wk {

// JSON for the "listening" line: {"site":"demo","agents":[{"email":…,"password":…},…]}. Requires: the loops run.
Result<std::string> make_demo(api::Services& services, const std::filesystem::path& data);

}  // namespace wk
