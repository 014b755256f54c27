// weikeyi admin: what has to be possible when nobody can sign in. Works on the data directory, also of a running server.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>

#include "base/encoding.hpp"
#include "base/random.hpp"
#include "core/auth/authenticator.hpp"
#include "server/commands.hpp"
#include "storage/embedded/directory/sqlite_directory.hpp"

namespace wk {
namespace {

struct AdminOptions {
  std::filesystem::path data = "data";
  std::string email;
  std::string name = "Administrator";
  bool password_from_stdin = false;
};

// From standard input, or a random one that is printed: never from the command line, where others would read it.
std::string choose_password(const AdminOptions& options) {
  std::string password;
  if (options.password_from_stdin) {
    std::getline(std::cin, password);
    return password;
  }
  password = base64url_encode(random_bytes(15));
  std::printf("password: %s\n", password.c_str());
  return password;
}

template <typename F>
Result<void> with_authenticator(const AdminOptions& options, F&& use) {
  std::error_code error;
  std::filesystem::create_directories(options.data, error);
  WK_TRY(auto directory, SqliteDirectory::open(options.data / "directory.db"));
  WK_TRY(auto authenticator, Authenticator::open(*directory, SystemClock::instance()));
  return use(*authenticator);
}

}  // namespace

void add_admin(CLI::App& app, Finished finished) {
  auto options = std::make_shared<AdminOptions>();
  CLI::App* admin = app.add_subcommand("admin", "Make an administrator, set a password anew");
  admin->require_subcommand(1);
  const auto common = [options](CLI::App* command) {
    command->add_option("--data", options->data, "Data directory")->capture_default_str();
    command->add_option("email", options->email, "The account's e-mail address")->required();
    command->add_flag("--password-stdin", options->password_from_stdin, "Read the password from standard input instead of making one");
  };
  CLI::App* create = admin->add_subcommand("create", "Make an administrator");
  common(create);
  create->add_option("--name", options->name, "The name others see")->capture_default_str();
  create->callback([options, finished] {
    finished(with_authenticator(*options, [&](Authenticator& authenticator) -> Result<void> {
      WK_TRY(const v1::Agent agent, authenticator.create_administrator({.email = options->email, .name = options->name, .password = choose_password(*options)}));
      std::printf("administrator %s made\n", agent.email().c_str());
      return {};
    }));
  });
  CLI::App* reset = admin->add_subcommand("reset-password", "Set a password anew; also switches two-step sign-in off and ends all sessions");
  common(reset);
  reset->callback([options, finished] {
    finished(with_authenticator(*options, [&](Authenticator& authenticator) -> Result<void> {
      WK_TRY_VOID(authenticator.reset_password(options->email, choose_password(*options)));
      std::printf("password of %s set\n", options->email.c_str());
      return {};
    }));
  });
}

}  // namespace wk
