// How a run is told: JSON for programs on stdout, the same as a table for people on stderr.
#pragma once

#include <nlohmann/json_fwd.hpp>

namespace wk::bench {

void print_report(const nlohmann::ordered_json& report);

}  // namespace wk::bench
