// Which addresses of the internet protocol are somebody's on the internet, and not this machine's, its network's or nobody's. Pure.
#pragma once

#include <sys/socket.h>

namespace wk::ai {

// By IANA's registries of special-purpose addresses; what holds an IPv4 address within (mapped, NAT64, 6to4) is judged by that one. What is
// neither IPv4 nor IPv6 is not public. Requires: as many bytes as the family has.
bool is_public_address(const sockaddr& address);
bool is_loopback_address(const sockaddr& address);

}  // namespace wk::ai
