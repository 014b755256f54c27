// What a bench command measures, as its options say: a server started for the run, one that runs already, or a floor.
#pragma once

#include <string>
#include <vector>

#include "bench/client/server_process.hpp"
#include "bench/client/socket.hpp"

namespace wk::bench {

struct TargetOptions {
  // host:port of a running server; empty: one is started.
  std::string url;
  int pid = 0;
  // A floor's program; empty: the product.
  std::string program;
  // Where a started server keeps its data (in a directory of its own there, removed afterwards). On the disk that is meant:
  // the figures of a durable chat are the disk's too.
  std::string data = ".";
  unsigned loops = 1;
  // Of the load's connections; a server that is started gets a certificate made for the run.
  Security security = Security::kPlain;
  // Further options of `weikeyi serve`.
  std::vector<std::string> serve_options;
  // An agent of a running server; the password is in WEIKEYI_BENCH_PASSWORD, where no list of processes shows it.
  std::string email;
  std::string site = "demo";
};

// weikeyi serve with demo data, its limits of one visitor and one address out of the way.
Result<ServerProcess> start_weikeyi(const TargetOptions& options);
Result<ServerProcess> start_echo(const TargetOptions& options);
Result<ServerProcess> start_chat_floor(const TargetOptions& options);

// A server that has just started looks up in storage what an older one knows from memory: for as long as a client's clock may be
// ahead (10 s), a client id may be one that was used before the start. Waits until that is over, so that the steady state is measured.
void wait_until_steady(const ServerProcess& server);

// A token of the first demo agent, or of the one the options name.
Result<std::string> agent_token(const ServerProcess& server, const TargetOptions& options);

}  // namespace wk::bench
