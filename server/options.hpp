// What `weikeyi serve` is told on its command line.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace wk {

struct ServeOptions {
  std::filesystem::path data = "data";
  // "host:port"; several for IPv4 and IPv6. Port 0: the kernel chooses, the line printed when ready tells.
  std::vector<std::string> listen{"127.0.0.1:8080"};
  std::string tls_cert;
  std::string tls_key;
  // Networks whose X-Forwarded-For and -Proto are believed: "127.0.0.0/8".
  std::vector<std::string> trusted_proxies;
  // 0: one for each core.
  std::size_t loops = 0;
  bool demo = false;
  bool demo_bot = false;
  std::uint64_t upload_bytes_max = 256ull << 20;
  std::uint64_t site_bytes_max = 20ull << 30;
  // Events older than this many days move to the archive.
  unsigned archive_after_days = 30;
  // Instead of what is built in (core/session/admission.hpp), where the installation's settings say nothing. 0: no limit.
  // Of one visitor: frames a second, five times as many at once.
  std::optional<std::uint32_t> visitor_frames_per_second;
  // Of one address: visitor sessions a second, twelve times as many at once.
  std::optional<std::uint32_t> visitor_sessions_per_second;
  // Of one site: sessions and Hellos, and messages of visitors, a second; five times as many at once.
  std::optional<std::uint32_t> site_handshakes_per_second;
  std::optional<std::uint32_t> site_messages_per_second;
  // Connections of one address (IPv6: /64) at a time. Not counted at any address's limit: trusted proxies, and loopback unless
  // this is given, since behind it stands a proxy of this machine.
  std::optional<std::uint32_t> connections_per_address;
  // Directory of the AI agent's model files; empty: where they are found beside the binary (server/models.hpp).
  std::filesystem::path models;
  // Which language models may write answers (docs/ai.md); empty: none, nothing leaves the machine.
  std::filesystem::path llm_config;
  // Sites that are read into the knowledge may have addresses that are not on the internet: an intranet, tests.
  bool crawl_private_addresses = false;
  std::string log_level = "info";
};

}  // namespace wk
