// weikeyi check | backup | restore: on the data directory, also while a server works on it.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <string>

#include "server/commands.hpp"
#include "storage/embedded/manager/backup.hpp"

namespace wk {
namespace {

struct StorageOptions {
  std::filesystem::path data = "data";
  std::filesystem::path other;
};

// What the tools say of their work: JSON lines.
void print_line(const std::string& line) {
  std::printf("%s\n", line.c_str());
  std::fflush(stdout);
}

}  // namespace

void add_storage_commands(CLI::App& app, Finished finished) {
  auto options = std::make_shared<StorageOptions>();
  const auto data = [options](CLI::App* command) {
    command->add_option("--data", options->data, "Data directory")->capture_default_str();
  };
  CLI::App* check = app.add_subcommand("check", "Verify everything that is stored; prints JSON lines");
  data(check);
  check->callback([options, finished] { finished(wk::check(options->data, print_line)); });

  CLI::App* backup = app.add_subcommand("backup", "Copy the data consistently, also from a running server");
  data(backup);
  backup->add_option("target", options->other, "Directory for the copy; must be empty or missing")->required();
  backup->callback([options, finished] { finished(wk::backup(options->data, options->other, print_line)); });

  CLI::App* restore = app.add_subcommand("restore", "Lay a backup down as a data directory; no server may run on it");
  data(restore);
  restore->add_option("backup", options->other, "The backup")->required();
  restore->callback([options, finished] { finished(wk::restore(options->data, options->other, print_line)); });
}

}  // namespace wk
