// Demo data for `weikeyi serve --demo`: a site, two agents, some conversations, some knowledge. Made once; the passwords are random and kept
// beside the data so that the next start can print them again.
#pragma once

#include <filesystem>
#include <string>

#include "api/services.hpp"

namespace wk {

// JSON for the "listening" line: {"site":"demo","agents":[{"email":…,"password":…},…]}. Requires: the loops run.
// with_bot: the site's conversations begin with the AI agent. What it knows is made in either case.
Result<std::string> make_demo(api::Services& services, const std::filesystem::path& data, bool with_bot);

}  // namespace wk
