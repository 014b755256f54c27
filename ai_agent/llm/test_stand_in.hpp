// For tests: a provider on a socket of this machine, written from the published API. It is strict with what it is asked (what it does not
// know it refuses with 400) and answers as its script says, byte by byte where that matters.
#pragma once

#include <atomic>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <nlohmann/json.hpp>

namespace wk::ai {

class StandIn {
 public:
  enum class Then { kClose, kStayOpen, kWaitForPeer, kReset };
  struct Reply {
    int status = 200;
    std::vector<std::string> headers{};
    // Each is a write of its own.
    std::vector<std::string> pieces{};
    // kStayOpen: with a length, for the next request. kWaitForPeer: nothing more comes, until the client gives up.
    Then then = Then::kClose;
  };

  StandIn();
  ~StandIn();

  std::string base_url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/v1"; }
  void then(Reply reply);
  // A stream of these events, one write each.
  void stream(const std::vector<std::string>& events, Then then = Then::kClose);

  // Bodies of what was asked, and what was wrong with it.
  std::vector<nlohmann::json> requests() const;
  std::vector<std::string> complaints() const;
  // Heads of GET requests, which it takes for those of a tool and answers by the script too.
  std::vector<std::string> heads() const;
  std::size_t connections() const { return accepted_; }

  static std::string event(const nlohmann::json& json) { return "data: " + json.dump() + "\n\n"; }
  static std::string delta(const std::string& text) { return event(chunk({{"content", text}})); }
  static std::string finish(const char* reason = "stop") { return event(chunk(nlohmann::json::object(), reason)); }
  static std::string usage(unsigned prompt, unsigned completion);
  static std::string done() { return "data: [DONE]\n\n"; }
  static nlohmann::json chunk(nlohmann::json delta, const char* finish_reason = nullptr);

 private:
  void run();
  // False: the connection is over.
  bool serve(int fd, std::string& unread);

  int listener_ = -1;
  unsigned short port_ = 0;
  std::atomic<bool> stopping_{false};
  std::atomic<std::size_t> accepted_{0};
  std::thread thread_;
  mutable std::mutex mutex_;
  // mutex_
  std::deque<Reply> script_;
  std::vector<nlohmann::json> requests_;
  std::vector<std::string> complaints_;
  std::vector<std::string> heads_;
};

// What is wrong with a request by the published API; empty: nothing.
std::string complaint_about(const std::string& head, const nlohmann::json& body);

}  // namespace wk::ai
