// The server under measurement: started for the run, or one that runs already.
//
// Owner: the bench command. What it started dies with it (also where it is killed), and its data directory goes too.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "net/address.hpp"
#include "net/unique_fd.hpp"

namespace wk::bench {

class ServerProcess {
 public:
  // Runs it and waits for its line of JSON, {"port":…} or {"url":"http://…"}.
  static Result<ServerProcess> start(const std::vector<std::string>& command, std::filesystem::path directory = {});
  // pid 0: not known, so no CPU and memory figures.
  static ServerProcess running(Endpoint endpoint, pid_t pid) { return ServerProcess(endpoint, pid); }
  ~ServerProcess();
  ServerProcess(ServerProcess&& other) noexcept;
  ServerProcess& operator=(ServerProcess&&) = delete;

  const Endpoint& endpoint() const { return endpoint_; }
  pid_t pid() const { return pid_; }
  // The line it printed, as JSON text.
  const std::string& line() const { return line_; }
  const std::string& command() const { return command_; }
  // Since it listened; of a server that ran already: forever.
  double age_seconds() const;
  // SIGTERM, or SIGKILL; waits for its end.
  void stop(int signal);
  // stop(), and the same command again on the same port.
  Result<void> restart(int signal);

 private:
  ServerProcess(Endpoint endpoint, pid_t pid) : endpoint_(endpoint), pid_(pid) {}
  Result<void> launch();

  Endpoint endpoint_;
  pid_t pid_ = 0;
  bool started_ = false;
  UniqueFd output_;
  std::string line_;
  std::uint64_t listening_ns_ = 0;
  std::vector<std::string> arguments_;
  std::string command_;
  std::filesystem::path directory_;
};

}  // namespace wk::bench
