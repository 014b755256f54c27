#include <CLI/CLI.hpp>
#include <map>

#include "base/log.hpp"
#include "core/session/limits.hpp"
#include "server/app.hpp"
#include "server/commands.hpp"

namespace wk {

void add_serve(CLI::App& app, Finished finished) {
  auto options = std::make_shared<ServeOptions>();
  CLI::App* serve = app.add_subcommand("serve", "Run the server: everything in one process, data in one directory");
  serve->add_option("--data", options->data, "Data directory; made where it is missing")->capture_default_str();
  serve->add_option("--listen", options->listen, "host:port, also [::]:port and *:port; may be given more than once")->capture_default_str();
  serve->add_option("--tls-cert", options->tls_cert, "Certificate chain (PEM); taken anew when the file changes");
  serve->add_option("--tls-key", options->tls_key, "Its key (PEM)")->needs(serve->get_option("--tls-cert"));
  serve->add_option("--trusted-proxy", options->trusted_proxies, "Network whose X-Forwarded-For is believed, such as 127.0.0.0/8");
  serve->add_option("--loops", options->loops, "Event loops; 0: one for each core")->capture_default_str()->check(CLI::Range(0, 64));
  auto* demo = serve->add_flag("--demo", options->demo, "Demo data: a shop page, two agents with printed passwords, some conversations, what the AI agent knows");
  serve->add_flag("--demo-bot", options->demo_bot, "The demo shop's conversations begin with the AI agent")->needs(demo);
  serve->add_option("--upload-bytes-max", options->upload_bytes_max, "Largest file somebody may send")->capture_default_str()->transform(CLI::AsSizeValue(false));
  serve->add_option("--site-bytes-max", options->site_bytes_max, "All files of one site together")->capture_default_str()->transform(CLI::AsSizeValue(false));
  serve->add_option("--archive-after-days", options->archive_after_days, "Older events move to the archive (still read and searched)")
      ->capture_default_str()->check(CLI::Range(1, 3650));
  // The defaults of settings that administrators change on the running server.
  const CLI::Range rate(0u, session_limits::kRateMax);
  serve->add_option("--visitor-frames-per-second", options->visitor_frames_per_second,
                    "Of one visitor, 20 if not given; five times as many at once. 0, here and below: no limit. Settings under Administration go before")->check(rate);
  serve->add_option("--visitor-sessions-per-second", options->visitor_sessions_per_second, "New visitors of one address, 5 if not given; twelve times as many at once")->check(rate);
  serve->add_option("--site-handshakes-per-second", options->site_handshakes_per_second, "Visitors who come to one site, 5000 if not given; five times as many at once")->check(rate);
  serve->add_option("--site-messages-per-second", options->site_messages_per_second, "What visitors of one site write, 10000 if not given; five times as many at once")->check(rate);
  serve->add_option("--connections-per-address", options->connections_per_address,
                    "Connections of one address at a time, 2000 if not given; trusted proxies are not counted at an address's limits, loopback only if this is given")->check(rate);
  serve->add_option("--models", options->models, "Directory of the AI agent's model files; if not given, beside the binary or in ../share/weikeyi of it")
      ->check(CLI::ExistingDirectory);
  serve->add_option("--llm-config", options->llm_config, "File that names the language models which may write the AI agent's answers (docs/ai.md); without it nothing leaves the machine");
  serve->add_flag("--crawl-private-addresses", options->crawl_private_addresses,
                  "Pages of a site may be read also where its address is not on the internet, as in an intranet; whoever may change the knowledge then reaches what this machine reaches");
  serve->add_option("--log-level", options->log_level, "debug, info, warning, error")
      ->capture_default_str()->check(CLI::IsMember({"debug", "info", "warning", "error"}));
  serve->callback([options, finished] {
    static const std::map<std::string, LogLevel> kLevels{{"debug", LogLevel::kDebug}, {"info", LogLevel::kInfo},
                                                         {"warning", LogLevel::kWarning}, {"error", LogLevel::kError}};
    set_log_level(kLevels.at(options->log_level));
    auto server = App::create(*options);
    if (!server) return finished(fail(server.error()));
    finished((*server)->run());
  });
}

}  // namespace wk
