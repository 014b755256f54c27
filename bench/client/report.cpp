#include "bench/client/report.hpp"

#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>

namespace wk::bench {
namespace {

// One line for each number: "ack_ms.p99        1.6".
void print_lines(const nlohmann::ordered_json& value, const std::string& name) {
  if (value.is_object()) {
    for (const auto& [key, member] : value.items()) print_lines(member, name.empty() ? key : name + "." + key);
    return;
  }
  std::fprintf(stderr, "  %-34s %s\n", name.c_str(), value.is_string() ? value.get<std::string>().c_str() : value.dump().c_str());
}

}  // namespace

void print_report(const nlohmann::ordered_json& report) {
  print_lines(report, "");
  std::printf("%s\n", report.dump().c_str());
  std::fflush(stdout);
}

}  // namespace wk::bench
