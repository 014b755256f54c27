#include "bench/client/target.hpp"

#include <chrono>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/encoding.hpp"
#include "base/random.hpp"
#include "bench/client/accounts.hpp"

namespace wk::bench {
namespace {

Result<std::filesystem::path> fresh_directory(const std::string& parent) {
  std::error_code error;
  const auto path = std::filesystem::absolute(parent, error) / ("weikeyi-bench-" + hex_encode(random_bytes(6)));
  std::filesystem::create_directories(path, error);
  if (error) return fail(ErrorCode::kIo, "cannot make " + path.string() + ": " + error.message());
  return path;
}

Result<ServerProcess> attach(const TargetOptions& options) {
  WK_TRY(const Endpoint endpoint, Endpoint::parse(options.url));
  return ServerProcess::running(endpoint, options.pid);
}

// The options that give a server TLS, with a certificate in `directory`.
Result<std::vector<std::string>> tls_options(const std::filesystem::path& directory) {
  const std::string certificate = (directory / "certificate.pem").string();
  const std::string key = (directory / "key.pem").string();
  WK_TRY_VOID(make_certificate(certificate, key));
  return std::vector<std::string>{"--tls-cert", certificate, "--tls-key", key};
}

Result<std::string> own_program() {
  std::error_code error;
  const auto path = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) return fail(ErrorCode::kIo, "/proc/self/exe: " + error.message());
  return path.string();
}

constexpr double kSteadyAfterSeconds = 11;

}  // namespace

Result<ServerProcess> start_weikeyi(const TargetOptions& options) {
  secure_sockets(options.security);
  if (!options.url.empty()) return attach(options);
  WK_TRY(const std::string program, own_program());
  WK_TRY(const std::filesystem::path directory, fresh_directory(options.data));
  std::vector<std::string> command{program, "serve", "--demo", "--listen", "127.0.0.1:0", "--data", (directory / "data").string(),
                                   "--loops", std::to_string(options.loops), "--log-level", "warning",
                                   "--visitor-frames-per-second", "1000000", "--visitor-sessions-per-second", "1000000",
                                   "--site-handshakes-per-second", "0", "--site-messages-per-second", "0"};
  if (options.security != Security::kPlain) {
    WK_TRY(const std::vector<std::string> tls, tls_options(directory));
    command.insert(command.end(), tls.begin(), tls.end());
  }
  command.insert(command.end(), options.serve_options.begin(), options.serve_options.end());
  return ServerProcess::start(command, directory);
}

Result<ServerProcess> start_echo(const TargetOptions& options) {
  secure_sockets(options.security);
  if (!options.url.empty()) return attach(options);
  if (!options.program.empty()) return ServerProcess::start({options.program, "0"});
  WK_TRY(const std::string program, own_program());
  std::vector<std::string> command{program, "bench", "serve-echo"};
  if (options.security == Security::kPlain) return ServerProcess::start(command);
  WK_TRY(const std::filesystem::path directory, fresh_directory(options.data));
  WK_TRY(const std::vector<std::string> tls, tls_options(directory));
  command.insert(command.end(), tls.begin(), tls.end());
  return ServerProcess::start(command, directory);
}

Result<ServerProcess> start_chat_floor(const TargetOptions& options) {
  if (!options.url.empty()) return attach(options);
  if (options.program.empty()) return fail(ErrorCode::kInvalidArgument, "--protocol floor wants --program (bench/chat_floor) or --url");
  WK_TRY(const std::filesystem::path directory, fresh_directory(options.data));
  return ServerProcess::start({options.program, "0", (directory / "chat.log").string()}, directory);
}

void wait_until_steady(const ServerProcess& server) {
  const double left = kSteadyAfterSeconds - server.age_seconds();
  if (left > 0) std::this_thread::sleep_for(std::chrono::duration<double>(left));
}

Result<std::string> agent_token(const ServerProcess& server, const TargetOptions& options) {
  AgentLogin login{options.email, {}};
  if (const char* password = std::getenv("WEIKEYI_BENCH_PASSWORD"); password != nullptr) login.password = password;
  if (login.email.empty()) {
    const auto line = nlohmann::json::parse(server.line(), nullptr, false);
    if (line.is_discarded() || !line.contains("demo")) {
      return fail(ErrorCode::kInvalidArgument, "a running server wants --email, and the password in WEIKEYI_BENCH_PASSWORD");
    }
    const auto& agent = line["demo"]["agents"][0];
    login = {agent["email"].get<std::string>(), agent["password"].get<std::string>()};
  }
  return make_api_token(server.endpoint(), login);
}

}  // namespace wk::bench
