#include "ai_agent/documents/detail/child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace wk::ai::detail {
namespace {

using Clock = std::chrono::steady_clock;

class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  int get() const { return number_; }

 private:
  int number_;
};

tl::unexpected<Error> os_error(std::string_view what) {
  return fail(ErrorCode::kIo, std::string(what) + ": " + std::strerror(errno));
}

Result<Descriptor> file_in_memory(std::string_view bytes) {
  Descriptor file(::memfd_create("document", MFD_CLOEXEC));
  if (file.get() < 0) return os_error("memfd_create");
  while (!bytes.empty()) {
    const ssize_t written = ::write(file.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return os_error("write");
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::lseek(file.get(), 0, SEEK_SET) != 0) return os_error("lseek");
  return file;
}

void limit(int resource, rlim_t value) {
  const rlimit both{value, value};
  ::setrlimit(static_cast<__rlimit_resource>(resource), &both);
}

// Between fork and exec: nothing but system calls, as another thread may have held any lock.
[[noreturn]] void become(char* const* arguments, int input, int output, const ChildLimits& limits) {
  static char path[] = "PATH=/usr/bin:/bin";
  static char locale[] = "LC_ALL=C.UTF-8";
  char* const environment[] = {path, locale, nullptr};
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  // No network, where the system lets an ordinary process have that.
  ::unshare(CLONE_NEWUSER | CLONE_NEWNET);
  ::dup2(input, STDIN_FILENO);
  ::dup2(output, STDOUT_FILENO);
  const int nowhere = ::open("/dev/null", O_WRONLY);
  if (nowhere >= 0) ::dup2(nowhere, STDERR_FILENO);
  ::close_range(3, ~0U, 0);
  limit(RLIMIT_CPU, limits.cpu_seconds);
  limit(RLIMIT_AS, limits.memory_bytes);
  limit(RLIMIT_FSIZE, 0);
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_NOFILE, 32);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::execve(arguments[0], arguments, environment);
  ::_exit(127);
}

int milliseconds_until(Clock::time_point deadline) {
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
  return static_cast<int>(std::clamp<long>(left, 0, 60'000));
}

// Ends a child that is still there, and always takes its status: none is left behind.
class Child {
 public:
  explicit Child(pid_t pid) : pid_(pid) {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    take_status();
  }
  int take_status() {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = 0;
    return status;
  }

 private:
  pid_t pid_;
};

}  // namespace

Result<ChildOutcome> run_child(const std::vector<std::string>& arguments, std::string_view input,
                               const ChildLimits& limits) {
  if (::access(arguments.front().c_str(), X_OK) != 0)
    return fail(ErrorCode::kUnavailable, arguments.front() + " is not there");
  WK_TRY(const Descriptor file, file_in_memory(input));
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return os_error("pipe");
  const Descriptor from(ends[0]);
  Descriptor to(ends[1]);
  std::vector<char*> pointers;
  pointers.reserve(arguments.size() + 1);
  for (const std::string& argument : arguments)
    pointers.push_back(const_cast<char*>(argument.c_str()));
  pointers.push_back(nullptr);

  const pid_t pid = ::fork();
  if (pid < 0) return os_error("fork");
  if (pid == 0) become(pointers.data(), file.get(), to.get(), limits);
  Child child(pid);
  to = Descriptor();

  ChildOutcome outcome;
  for (;;) {
    pollfd waiting{from.get(), POLLIN, 0};
    const int ready = ::poll(&waiting, 1, milliseconds_until(limits.deadline));
    if (ready < 0 && errno == EINTR) continue;
    if (ready < 0) return os_error("poll");
    if (Clock::now() >= limits.deadline)
      return fail(ErrorCode::kTimeout, arguments.front() + " took too long");
    if (ready == 0) continue;
    char piece[64 * 1024];
    const ssize_t got = ::read(from.get(), piece, sizeof piece);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return os_error("read");
    if (got == 0) break;
    if (outcome.output.size() + static_cast<std::size_t>(got) > limits.output_bytes) {
      return fail(ErrorCode::kTooLarge, arguments.front() + " wrote too much");
    }
    outcome.output.append(piece, static_cast<std::size_t>(got));
  }
  // It may have closed its output and stay: that is waited for no longer than the rest.
  // Not pidfd_open(): glibc 2.36 declares it for C alone.
  const Descriptor end(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (end.get() < 0) return os_error("pidfd_open");
  pollfd ended{end.get(), POLLIN, 0};
  while (::poll(&ended, 1, milliseconds_until(limits.deadline)) <= 0) {
    if (Clock::now() >= limits.deadline)
      return fail(ErrorCode::kTimeout, arguments.front() + " took too long");
  }
  const int status = child.take_status();
  outcome.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return outcome;
}

}  // namespace wk::ai::detail
