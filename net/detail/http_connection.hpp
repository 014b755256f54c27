// One HTTP connection: reads requests one after the other, asks the router, sends the answers in
// order.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "net/detail/deadline_list.hpp"
#include "net/detail/http_exchange.hpp"
#include "net/detail/http_file.hpp"
#include "net/detail/http_parser.hpp"
#include "net/detail/http_server_state.hpp"
#include "net/http_server.hpp"
#include "net/stream.hpp"

namespace wk::detail {

// Owner: its HttpServer (through the list it stands in), until the stream says on_closed() or goes
// to an upgrade. Thread: Loop-bound. Idle it is this object and the Stream; everything of a request
// hangs on active_.
class HttpConnection final : public StreamHandler, public DeadlineEntry {
 public:
  // over_limit: HttpServer::Admitted.
  HttpConnection(HttpServer& server, std::unique_ptr<Stream> stream, Milliseconds over_limit);
  ~HttpConnection();

  void start();
  // The time of the list it stands in is over.
  void expired();
  // The server drains: goodbye now if idle, else after the answer.
  void drain();
  void cut() { stream_->abort(); }

  // --- for the handles of the current request
  void answer(HttpResponse response);
  // Nobody will answer any more.
  void answer_fault();
  void start_body(HttpResponse head, Task on_writable);
  void write_body(std::string chunk);
  void finish_body();
  void pause_body();
  void resume_body();

 private:
  // From the first byte of a head until its answer is complete.
  struct Active;

  std::size_t on_data(std::span<char> bytes) override;
  bool on_end_of_input() override;
  void on_drained() override;
  void on_closed(CloseReason reason) override;

  void begin_request();
  void on_head();
  void choose(HttpResponse& response);
  void choose(BufferedBody& route);
  void choose(StreamedBody& route);
  void choose(Upgrade& route);
  bool accept_body(std::uint64_t body_bytes_max);
  void on_body(std::string_view piece);
  void on_body_complete();
  void look_for_end();
  void refuse(int status, std::string_view reason);

  void send_head(const HttpResponse& response, std::optional<std::uint64_t> content_length);
  void send_body_value(HttpResponse& response);
  void answer_complete();
  void request_over();
  void close_after_queue();
  void abandon();
  void wait_in(DeadlineList& list);
  HttpResponse error_response(int status, std::string_view reason) const;
  static void end_exchange(Active& active);

  // File answers: opened and read on the pool, one piece on its way at a time.
  void open_file(HttpResponse response);
  void file_opened(HttpResponse response, OpenedFile file);
  void read_file();
  void file_read(std::string piece, bool failed);

  HttpServer& server_;
  std::unique_ptr<Stream> stream_;
  std::unique_ptr<Active> active_;
  std::uint64_t sent_seen_ = 0;
  std::uint32_t requests_ = 0;
  const std::uint32_t over_limit_ms_;
  bool closing_ = false;
  bool peer_done_ = false;
};

}  // namespace wk::detail
