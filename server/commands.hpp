// The subcommands; each adds itself to the command line and says how it ended.
#pragma once

#include <functional>

#include "base/result.hpp"

namespace CLI {
class App;
}

namespace wk {

using Finished = std::function<void(const Result<void>&)>;

void add_serve(CLI::App& app, Finished finished);
void add_admin(CLI::App& app, Finished finished);
// check, backup, restore
void add_storage_commands(CLI::App& app, Finished finished);
void add_bench(CLI::App& app, Finished finished);

}  // namespace wk
