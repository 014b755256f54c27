#include "bench/client/server_process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <nlohmann/json.hpp>

#include "bench/client/client_loop.hpp"

namespace wk::bench {
namespace {

[[noreturn]] void become(const std::vector<std::string>& command, int output) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::dup2(output, STDOUT_FILENO);
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  ::execv(arguments[0], arguments.data());
  std::fprintf(stderr, "bench: cannot run %s: %s\n", arguments[0], std::strerror(errno));
  ::_exit(127);
}

Result<std::string> first_line(int fd) {
  std::string line;
  for (char c; ::read(fd, &c, 1) == 1;) {
    if (c == '\n') return line;
    line.push_back(c);
  }
  return fail(ErrorCode::kUnavailable, "the server ended before it listened");
}

}  // namespace

Result<ServerProcess> ServerProcess::start(const std::vector<std::string>& command, std::filesystem::path directory) {
  ServerProcess server({}, 0);
  server.arguments_ = command;
  server.directory_ = std::move(directory);
  for (const std::string& word : command) server.command_ += (server.command_.empty() ? "" : " ") + word;
  WK_TRY_VOID(server.launch());
  return server;
}

Result<void> ServerProcess::restart(int signal) {
  stop(signal);
  for (std::string& word : arguments_) {
    if (word == "127.0.0.1:0") word = endpoint_.text();
  }
  return launch();
}

Result<void> ServerProcess::launch() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return fail(ErrorCode::kIo, std::strerror(errno));
  UniqueFd output(ends[0]);
  UniqueFd input(ends[1]);
  pid_ = ::fork();
  if (pid_ < 0) return fail(ErrorCode::kIo, std::strerror(errno));
  if (pid_ == 0) become(arguments_, input.get());
  input.reset();
  started_ = true;
  WK_TRY(line_, first_line(output.get()));
  output_ = std::move(output);
  listening_ns_ = now_ns();
  const auto json = nlohmann::json::parse(line_, nullptr, false);
  if (json.is_discarded()) return fail(ErrorCode::kProtocol, "the server's first line is no JSON: " + line_);
  std::string address = json.contains("port") ? "127.0.0.1:" + std::to_string(json["port"].get<int>()) : json.value("url", "");
  if (const std::size_t scheme = address.find("://"); scheme != std::string::npos) address.erase(0, scheme + 3);
  WK_TRY(endpoint_, Endpoint::parse(address.substr(0, address.find('/'))));
  return {};
}

ServerProcess::ServerProcess(ServerProcess&& other) noexcept
    : endpoint_(other.endpoint_),
      pid_(other.pid_),
      started_(std::exchange(other.started_, false)),
      output_(std::move(other.output_)),
      line_(std::move(other.line_)),
      listening_ns_(other.listening_ns_),
      arguments_(std::move(other.arguments_)),
      command_(std::move(other.command_)),
      directory_(std::exchange(other.directory_, {})) {}

double ServerProcess::age_seconds() const { return static_cast<double>(now_ns() - listening_ns_) / 1e9; }

void ServerProcess::stop(int signal) {
  if (!std::exchange(started_, false)) return;
  ::kill(pid_, signal);
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
}

ServerProcess::~ServerProcess() {
  stop(SIGKILL);
  std::error_code error;
  if (!directory_.empty()) std::filesystem::remove_all(directory_, error);
}

}  // namespace wk::bench
