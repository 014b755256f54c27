// Session tickets: what lets a client that comes back skip the certificate and its signature.
#pragma once

#include <array>
#include <mutex>

#include "base/clock.hpp"

struct ssl_ctx_st;

namespace wk::detail {

// Purpose: the keys that seal tickets. A ticket carries the session itself, so that the server keeps none. They live in memory
// only and change: whoever takes them later opens no older ticket. Owner: the TlsContext; outlives every context they are
// installed in. Thread-safe.
class TicketKeys {
 public:
  explicit TicketKeys(Clock& clock);
  TicketKeys(const TicketKeys&) = delete;
  TicketKeys& operator=(const TicketKeys&) = delete;

  // `context` makes and takes tickets with them.
  void install(ssl_ctx_st* context);

  struct Key {
    ~Key();  // wipes it
    std::array<unsigned char, 16> name;
    std::array<unsigned char, 32> mac, cipher;
  };
  Key current();
  struct Found {
    Key key;
    // The client should get a new ticket.
    bool old;
  };
  // False: nobody's key, or one that has gone.
  bool find(const unsigned char* name, Found& found);

 private:
  static Key make();
  void change_if_due();  // mutex

  Clock& clock_;
  std::mutex mutex_;
  // mutex_:
  SteadyTime made_;
  Key current_, previous_;
};

}  // namespace wk::detail
