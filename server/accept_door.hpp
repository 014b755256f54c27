// The first door: connections by address (docs/protocol.md P92).
#pragma once

#include <optional>
#include <vector>

#include "core/session/admission.hpp"
#include "net/address_places.hpp"
#include "net/address_rates.hpp"
#include "net/http_server.hpp"

namespace wk {

// Owner: the server's wiring; outlives the streams. Thread-safe. Limits: kToldPlaces, kToldPlacesMax, kTold below; beyond them a
// connection too many is closed without a word.
class AcceptDoor {
 public:
  // Those too many that one address, and all together, may have open at a time to be told so; and how often. An agent among them
  // shows itself; the others have an answer of a few hundred bytes. TLS makes each cost a handshake.
  static constexpr std::uint32_t kToldPlaces = 64;
  static constexpr std::uint32_t kToldPlacesMax = 2'048;
  static constexpr BucketTerms kTold{.rate = 100, .burst = 200};
  // When a place may be free again: nobody knows.
  static constexpr Milliseconds kPlaceWait{3'000};

  // Uncounted: proxies, through which everybody comes.
  AcceptDoor(std::vector<IpNetwork> uncounted, AdmissionFigures& figures);

  std::optional<HttpServer::Admitted> admit(const IpAddress& address, const AdmissionLimits& limits, SteadyTime now);

 private:
  AdmissionFigures& figures_;
  AddressRates arrivals_;
  AddressPlaces places_;
  AddressRates told_;
  AddressPlaces told_places_{kToldPlacesMax};
};

}  // namespace wk
