#include "server/accept_door.hpp"

namespace wk {

AcceptDoor::AcceptDoor(std::vector<IpNetwork> uncounted, AdmissionFigures& figures) : figures_(figures), arrivals_(std::move(uncounted)) {}

std::optional<HttpServer::Admitted> AcceptDoor::admit(const IpAddress& address, const AdmissionLimits& limits, SteadyTime now) {
  if (!arrivals_.counts(address)) return HttpServer::Admitted{};
  RefusedAt why = RefusedAt::kAcceptNewConnections;
  std::optional<Milliseconds> wait = arrivals_.take(address, limits.new_connections_per_address, now);
  if (!wait) {
    if (auto place = places_.take(address, limits.connections_per_address)) return HttpServer::Admitted{std::move(place)};
    why = RefusedAt::kAcceptConnections;
    wait = kPlaceWait;
  }
  std::unique_ptr<StreamPermit> place;
  if (!told_.take(address, kTold, now)) place = told_places_.take(address, kToldPlaces);
  figures_.count(place ? why : RefusedAt::kAcceptCut);
  if (!place) return std::nullopt;
  return HttpServer::Admitted{std::move(place), jittered(*wait)};
}

}  // namespace wk
