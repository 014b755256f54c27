#include "ai_agent/llm/test_stand_in.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <set>

#include "base/assert.hpp"

namespace wk::ai {
namespace {

using Json = nlohmann::json;

bool send_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool only(const Json& object, const std::set<std::string>& names) {
  return object.is_object() && std::all_of(object.items().begin(), object.items().end(), [&](const auto& item) { return names.contains(item.key()); });
}

bool is_text(const Json& object, const char* name) { return object.contains(name) && object[name].is_string(); }

std::string complaint_about_message(const Json& message) {
  if (!only(message, {"role", "content", "tool_calls", "tool_call_id"}) || !is_text(message, "role") || !is_text(message, "content")) return "a message";
  const std::string role = message["role"];
  if (role != "system" && role != "user" && role != "assistant" && role != "tool") return "a role";
  if ((role == "tool") != message.contains("tool_call_id")) return "tool_call_id";
  if (message.contains("tool_calls") && role != "assistant") return "tool_calls of another role";
  return {};
}

std::string complaint_about_tool(const Json& tool) {
  if (!only(tool, {"type", "function"}) || tool.value("type", "") != "function") return "a tool";
  const Json& function = tool["function"];
  if (!only(function, {"name", "description", "parameters"}) || !is_text(function, "name") || !function["parameters"].is_object()) return "a function";
  const std::string name = function["name"];
  const auto allowed = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-'; };
  return name.empty() || name.size() > 64 || !std::all_of(name.begin(), name.end(), allowed) ? "a function's name" : "";
}

}  // namespace

std::string complaint_about(const std::string& head, const Json& body) {
  if (!head.starts_with("POST /v1/chat/completions HTTP/1.1\r\n")) return "request line";
  for (const char* line : {"\r\nContent-Type: application/json\r\n", "\r\nAccept: text/event-stream\r\n", "\r\nAuthorization: Bearer key-of-the-test\r\n", "\r\nHost: 127.0.0.1:"}) {
    if (head.find(line) == std::string::npos) return std::string("header ") + line;
  }
  if (!only(body, {"model", "messages", "stream", "stream_options", "temperature", "max_tokens", "tools"})) return "an unknown member";
  if (!is_text(body, "model") || body.value("stream", false) != true) return "model or stream";
  if (body["stream_options"] != Json{{"include_usage", true}}) return "stream_options";
  if (!body["temperature"].is_number() || body["temperature"] < 0 || body["temperature"] > 2) return "temperature";
  if (!body["max_tokens"].is_number_unsigned() || body["max_tokens"] < 1) return "max_tokens";
  if (!body["messages"].is_array() || body["messages"].empty()) return "messages";
  for (const Json& message : body["messages"]) {
    if (const std::string what = complaint_about_message(message); !what.empty()) return what;
  }
  if (body.contains("tools")) {
    for (const Json& tool : body["tools"]) {
      if (const std::string what = complaint_about_tool(tool); !what.empty()) return what;
    }
  }
  return {};
}

StandIn::StandIn() {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof(address);
  WK_ASSERT(::bind(listener_, reinterpret_cast<sockaddr*>(&address), length) == 0 && ::listen(listener_, 16) == 0);
  WK_ASSERT(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length) == 0);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { run(); });
}

StandIn::~StandIn() {
  stopping_ = true;
  ::shutdown(listener_, SHUT_RDWR);
  thread_.join();
  ::close(listener_);
}

void StandIn::then(Reply reply) {
  const std::lock_guard lock(mutex_);
  script_.push_back(std::move(reply));
}

void StandIn::stream(const std::vector<std::string>& events, Then then) { this->then({.headers = {"Content-Type: text/event-stream"}, .pieces = events, .then = then}); }

std::vector<Json> StandIn::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}
std::vector<std::string> StandIn::complaints() const {
  const std::lock_guard lock(mutex_);
  return complaints_;
}

std::vector<std::string> StandIn::heads() const {
  const std::lock_guard lock(mutex_);
  return heads_;
}

std::string StandIn::usage(unsigned prompt, unsigned completion) {
  return event({{"id", "chatcmpl-1"}, {"object", "chat.completion.chunk"}, {"created", 1}, {"model", "stand-in"}, {"choices", Json::array()},
                {"usage", {{"prompt_tokens", prompt}, {"completion_tokens", completion}, {"total_tokens", prompt + completion}}}});
}

Json StandIn::chunk(Json delta, const char* finish_reason) {
  Json choice{{"index", 0}, {"delta", std::move(delta)}, {"finish_reason", nullptr}};
  if (finish_reason != nullptr) choice["finish_reason"] = finish_reason;
  return {{"id", "chatcmpl-1"}, {"object", "chat.completion.chunk"}, {"created", 1}, {"model", "stand-in"}, {"choices", {choice}}, {"usage", nullptr}};
}

void StandIn::run() {
  while (!stopping_) {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) continue;
    ++accepted_;
    const int yes = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
    std::string unread;
    while (!stopping_ && serve(fd, unread)) {
    }
    ::close(fd);
  }
}

bool StandIn::serve(int fd, std::string& unread) {
  std::size_t end = std::string::npos;
  std::size_t length = 0;
  for (;;) {
    end = unread.find("\r\n\r\n");
    if (end != std::string::npos) {
      const std::size_t at = unread.find("Content-Length: ");
      const bool get = unread.starts_with("GET ");
      if (!get && (at == std::string::npos || at > end)) return false;
      length = get ? 0 : std::stoul(unread.substr(at + 16, 12));
      if (unread.size() >= end + 4 + length) break;
    }
    pollfd readable{.fd = fd, .events = POLLIN, .revents = 0};
    if (::poll(&readable, 1, 50) == 0) {
      if (stopping_) return false;
      // A kept connection must not keep another client waiting.
      pollfd next{.fd = listener_, .events = POLLIN, .revents = 0};
      if (unread.empty() && ::poll(&next, 1, 0) > 0) return false;
      continue;
    }
    char buffer[16 * 1024];
    const ssize_t got = ::recv(fd, buffer, sizeof(buffer), 0);
    if (got <= 0) return false;
    unread.append(buffer, static_cast<std::size_t>(got));
  }
  const std::string head = unread.substr(0, end + 2);
  const Json body = Json::parse(unread.substr(end + 4, length), nullptr, false);
  unread.erase(0, end + 4 + length);
  const bool get = head.starts_with("GET ");
  const std::string wrong = get ? "" : complaint_about(head, body);
  Reply reply;
  {
    const std::lock_guard lock(mutex_);
    if (get) {
      heads_.push_back(head);
    } else {
      requests_.push_back(body);
    }
    if (!wrong.empty()) {
      complaints_.push_back(wrong);
      reply = {.status = 400, .pieces = {R"({"error":{"message":"wrong: )" + wrong + R"("}})"}};
    } else if (!script_.empty()) {
      reply = std::move(script_.front());
      script_.pop_front();
    } else {
      reply = {.status = 500, .pieces = {R"({"error":{"message":"the script is over"}})"}};
    }
  }
  std::string answer = "HTTP/1.1 " + std::to_string(reply.status) + " Word\r\n";
  for (const std::string& header : reply.headers) answer += header + "\r\n";
  std::size_t bytes = 0;
  for (const std::string& piece : reply.pieces) bytes += piece.size();
  // A cut stream is one whose promised end does not come.
  const bool cut = reply.then == Then::kReset || reply.then == Then::kWaitForPeer;
  answer += "Content-Length: " + std::to_string(cut ? bytes + 1 : bytes) + "\r\n\r\n";
  if (!send_all(fd, answer)) return false;
  for (const std::string& piece : reply.pieces) {
    if (!send_all(fd, piece)) return false;
  }
  if (reply.then == Then::kWaitForPeer) {
    char byte = 0;
    pollfd readable{.fd = fd, .events = POLLIN, .revents = 0};
    while (!stopping_ && ::poll(&readable, 1, 50) == 0) {
    }
    (void)::recv(fd, &byte, 1, 0);
  }
  return reply.then == Then::kStayOpen;
}

}  // namespace wk::ai
