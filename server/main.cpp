// The command line: weikeyi serve | admin | check | backup | restore | bench.
#include <signal.h>
#include <sys/stat.h>

#include <google/protobuf/stubs/logging.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "base/log.hpp"
#include "server/commands.hpp"

namespace {

// Asked for by a signal set before any thread starts, so that only the main thread's sigtimedwait gets them.
void prepare_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
}

int finish(const wk::Result<void>& result) {
  if (result) return 0;
  std::fprintf(stderr, "weikeyi: %s\n", result.error().context.c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  prepare_signals();
  // Everything that is written here is this installation's alone: password hashes, keys, what people wrote.
  ::umask(0077);
  // What does not decode is answered where it came from; a line on stderr for each would be a stranger's to write.
  google::protobuf::SetLogHandler(nullptr);
  CLI::App app{"weikeyi (唯一客服): a customer-service system that a company runs itself"};
  app.set_version_flag("--version", WK_VERSION);
  app.require_subcommand(1);
  int exit_code = 0;
  wk::add_serve(app, [&](const wk::Result<void>& result) { exit_code = finish(result); });
  wk::add_admin(app, [&](const wk::Result<void>& result) { exit_code = finish(result); });
  wk::add_storage_commands(app, [&](const wk::Result<void>& result) { exit_code = finish(result); });
  wk::add_bench(app, [&](const wk::Result<void>& result) { exit_code = finish(result); });
  CLI11_PARSE(app, argc, argv);
  return exit_code;
}
