// The floor of a durable 1:1 chat server: WebSocket, one epoll thread, one committer (append-only log, one write and one
// fdatasync for everything that has come meanwhile). A message is delivered and acknowledged once it is durable. No sessions,
// no permissions, no history, no numbering per conversation, no limits: what is left is what any server has to pay.
//
//   chat_floor PORT LOGFILE     PORT 0: any free one; prints {"port":…} when it listens, and runs until it is killed.
//
// Text messages: "L<6 digits>" says who one is, answered "OK"; "M<6 digits> TEXT" goes to that one as "D<seq> TEXT" and comes
// back as "A<seq>".
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/sha.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "floor_listener.hpp"

namespace {

constexpr std::size_t kReceiveBufferBytes = 1 << 16;
constexpr int kEventsPerTurn = 512;
constexpr std::size_t kClientsMax = 1'000'000;  // six digits
constexpr std::size_t kNameBytes = 7;           // a letter and six digits

struct Connection {
  int fd;
  int client = -1;
  bool upgraded = false;
  bool corked = false;
  std::string in;   // what is not a whole frame yet
  std::string out;  // what this loop turn has for it
};

struct Message {
  int from;
  int to;
  unsigned long seq;
  std::size_t offset;  // of its text in the batch's log
  std::size_t bytes;
};

struct Batch {
  std::string log;
  std::vector<Message> messages;
};

// Writes and syncs one batch at a time on a thread of its own.
class Committer {
 public:
  Committer(int log, int done) : log_(log), done_(done), thread_([this] { run(); }) {}

  // Requires: the one before it is done.
  void commit(Batch& batch) {
    {
      const std::lock_guard lock(mutex_);
      batch_ = &batch;
    }
    work_.notify_one();
  }

 private:
  [[noreturn]] void run() {
    for (;;) {
      std::unique_lock lock(mutex_);
      work_.wait(lock, [this] { return batch_ != nullptr; });
      const Batch& batch = *std::exchange(batch_, nullptr);
      lock.unlock();
      if (::write(log_, batch.log.data(), batch.log.size()) != static_cast<ssize_t>(batch.log.size()) || ::fdatasync(log_) != 0) {
        std::perror("chat_floor: log");
        std::abort();
      }
      ::eventfd_write(done_, 1);
    }
  }

  const int log_;
  const int done_;
  std::mutex mutex_;
  std::condition_variable work_;
  Batch* batch_ = nullptr;
  std::thread thread_;  // last: it uses the others
};

std::string accept_key(std::string_view key) {
  static constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const std::string text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, 21> digest{};  // 20, and one of padding
  ::SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  std::string out;
  for (std::size_t i = 0; i < 21; i += 3) {
    const unsigned bits = static_cast<unsigned>(digest[i]) << 16 | static_cast<unsigned>(digest[i + 1]) << 8 | digest[i + 2];
    for (const unsigned shift : {18u, 12u, 6u, 0u}) out += kAlphabet[bits >> shift & 63];
  }
  out.back() = '=';
  return out;
}

int six_digits(const char* text) {
  int value = 0;
  for (int i = 0; i < 6; ++i) value = value * 10 + (text[i] - '0');
  return value;
}

void unmask(char* bytes, std::size_t count, const char* key) {
  std::uint32_t half = 0;
  std::memcpy(&half, key, sizeof half);
  const std::uint64_t whole = static_cast<std::uint64_t>(half) << 32 | half;
  std::size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes + i, sizeof word);
    word ^= whole;
    std::memcpy(bytes + i, &word, sizeof word);
  }
  for (; i < count; ++i) bytes[i] = static_cast<char>(bytes[i] ^ key[i & 3]);
}

class Server {
 public:
  Server(int listener, int log)
      : listener_(listener),
        done_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
        epoll_(::epoll_create1(EPOLL_CLOEXEC)),
        by_fd_(65'536),
        by_client_(kClientsMax),
        committer_(log, done_) {
    watch(listener_);
    watch(done_);
  }

  [[noreturn]] void run() {
    for (;;) {
      const int count = ::epoll_wait(epoll_, events_.data(), kEventsPerTurn, -1);
      for (int i = 0; i < count; ++i) on_ready(events_[static_cast<std::size_t>(i)].data.fd);
      if (!committing_ && !open_.messages.empty()) {
        std::swap(open_, committed_);
        committing_ = true;
        committer_.commit(committed_);
      }
      flush();
    }
  }

 private:
  void watch(int fd) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
  }

  void on_ready(int fd) {
    if (fd == listener_) return accept_all();
    if (fd == done_) {
      eventfd_t value = 0;
      if (::eventfd_read(done_, &value) != 0) return;
      committing_ = false;
      return deliver();
    }
    if (by_fd_[static_cast<std::size_t>(fd)] && !receive(*by_fd_[static_cast<std::size_t>(fd)])) drop(fd);
  }

  void accept_all() {
    for (int fd; (fd = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK)) >= 0;) {
      const int one = 1;
      ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
      const auto index = static_cast<std::size_t>(fd);
      if (index >= by_fd_.size()) by_fd_.resize(index * 2);
      by_fd_[index] = std::make_unique<Connection>(Connection{.fd = fd, .in = {}, .out = {}});
      watch(fd);
    }
  }

  // False: the connection is over.
  bool receive(Connection& connection) {
    const ssize_t received = ::recv(connection.fd, buffer_.data(), buffer_.size(), 0);
    if (received <= 0) return received < 0 && errno == EAGAIN;
    char* bytes = buffer_.data();
    auto count = static_cast<std::size_t>(received);
    const bool held = !connection.in.empty();
    if (held) {
      connection.in.append(bytes, count);
      bytes = connection.in.data();
      count = connection.in.size();
    }
    std::size_t used = 0;
    if (!connection.upgraded && !upgrade(connection, {bytes, count}, used)) return false;
    if (connection.upgraded && !read_frames(connection, bytes, count, used)) return false;
    if (held) {
      connection.in.erase(0, used);
    } else if (used < count) {
      connection.in.assign(bytes + used, count - used);
    }
    return true;
  }

  static bool upgrade(Connection& connection, std::string_view head, std::size_t& used) {
    static constexpr std::string_view kKey = "Sec-WebSocket-Key: ";
    const std::size_t end = head.find("\r\n\r\n");
    if (end == std::string_view::npos) return true;
    const std::size_t key = head.find(kKey);
    if (key == std::string_view::npos) return false;
    const std::size_t begin = key + kKey.size();
    const std::string answer =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
        accept_key(head.substr(begin, head.find('\r', begin) - begin)) + "\r\n\r\n";
    connection.upgraded = ::send(connection.fd, answer.data(), answer.size(), MSG_NOSIGNAL) > 0;
    used = end + 4;
    return connection.upgraded;
  }

  bool read_frames(Connection& connection, char* bytes, std::size_t count, std::size_t& used) {
    while (count - used >= 6) {
      char* frame = bytes + used;
      std::size_t payload_bytes = static_cast<unsigned char>(frame[1]) & 127;
      std::size_t head_bytes = 6;
      if (payload_bytes == 127) return false;
      if (payload_bytes == 126) {
        if (count - used < 8) break;
        payload_bytes = static_cast<std::size_t>(static_cast<unsigned char>(frame[2])) << 8 | static_cast<unsigned char>(frame[3]);
        head_bytes = 8;
      }
      if (count - used < head_bytes + payload_bytes) break;
      char* payload = frame + head_bytes;
      unmask(payload, payload_bytes, payload - 4);
      used += head_bytes + payload_bytes;
      const int opcode = frame[0] & 15;
      if (opcode == 8) return false;
      if (opcode == 1 || opcode == 2) on_message(connection, {payload, payload_bytes});
    }
    return true;
  }

  void on_message(Connection& connection, std::string_view payload) {
    if (payload.size() < kNameBytes) return;
    if (payload[0] == 'L') {
      connection.client = six_digits(payload.data() + 1);
      by_client_[static_cast<std::size_t>(connection.client)] = &connection;
      put(connection, "OK");
    } else if (payload[0] == 'M' && payload.size() > kNameBytes && connection.client >= 0) {
      const std::string_view text = payload.substr(kNameBytes + 1);
      const int to = six_digits(payload.data() + 1);
      const std::array<unsigned long, 4> record{++seq_, static_cast<unsigned long>(connection.client),
                                                static_cast<unsigned long>(to), text.size()};
      open_.log.append(reinterpret_cast<const char*>(record.data()), sizeof record);
      open_.messages.push_back({connection.client, to, seq_, open_.log.size(), text.size()});
      open_.log.append(text);
    }
  }

  void deliver() {
    std::string text;
    for (const Message& message : committed_.messages) {
      std::array<char, 40> head;
      const int bytes = std::snprintf(head.data(), head.size(), "D%lu ", message.seq);
      if (Connection* to = by_client_[static_cast<std::size_t>(message.to)]) {
        text.assign(head.data(), static_cast<std::size_t>(bytes));
        text.append(committed_.log, message.offset, message.bytes);
        put(*to, text);
      }
      if (Connection* from = by_client_[static_cast<std::size_t>(message.from)]) {
        head[0] = 'A';
        put(*from, {head.data(), static_cast<std::size_t>(bytes - 1)});
      }
    }
    committed_.messages.clear();
    committed_.log.clear();
  }

  void put(Connection& connection, std::string_view payload) {
    std::array<char, 4> head{static_cast<char>(0x81)};
    std::size_t head_bytes = 2;
    if (payload.size() < 126) {
      head[1] = static_cast<char>(payload.size());
    } else {
      head = {head[0], 126, static_cast<char>(payload.size() >> 8), static_cast<char>(payload.size())};
      head_bytes = 4;
    }
    connection.out.append(head.data(), head_bytes);
    connection.out.append(payload);
    if (!std::exchange(connection.corked, true)) corked_.push_back(&connection);
  }

  // One send for everything a connection got in this turn. A peer that does not read loses it: nothing is queued.
  void flush() {
    for (Connection* connection : corked_) {
      connection->corked = false;
      [[maybe_unused]] const ssize_t sent = ::send(connection->fd, connection->out.data(), connection->out.size(), MSG_NOSIGNAL);
      connection->out.clear();
    }
    corked_.clear();
  }

  void drop(int fd) {
    std::unique_ptr<Connection> connection = std::move(by_fd_[static_cast<std::size_t>(fd)]);
    std::erase(corked_, connection.get());
    if (connection->client >= 0) {
      Connection*& named = by_client_[static_cast<std::size_t>(connection->client)];
      if (named == connection.get()) named = nullptr;
    }
    ::close(fd);
  }

  const int listener_;
  const int done_;
  const int epoll_;
  std::vector<std::unique_ptr<Connection>> by_fd_;
  std::vector<Connection*> by_client_;
  std::vector<Connection*> corked_;
  std::array<epoll_event, kEventsPerTurn> events_;
  std::array<char, kReceiveBufferBytes> buffer_;
  unsigned long seq_ = 0;
  Batch open_;
  Batch committed_;  // the committer's while committing_
  bool committing_ = false;
  Committer committer_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: chat_floor PORT LOGFILE\n");
    return 2;
  }
  const int log = ::open(argv[2], O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
  const int listener = log < 0 ? -1 : floor_listen(static_cast<std::uint16_t>(std::atoi(argv[1])));
  if (listener < 0) return 1;
  std::make_unique<Server>(listener, log)->run();
}
