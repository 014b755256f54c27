// One measured run: workers through their phases, the server's own accounting before and after, and what came of it.
#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>

#include "bench/client/process_times.hpp"
#include "bench/client/server_process.hpp"
#include "bench/client/workers.hpp"

namespace wk::bench {

struct Durations {
  double warm_up_seconds = 1;
  double seconds = 10;
  std::uint32_t drain_seconds_max = 20;
};

struct Measured {
  double seconds = 0;
  // When the load ended; monotonic.
  std::uint64_t ended_ns = 0;
  std::uint64_t completed = 0;
  std::uint64_t delivered = 0;
  // Empty where the server's pid is not known.
  ThreadTimes server_cpu;
  std::uint64_t client_cpu_ns = 0;
  // What neither the server nor the load used: with much of it, rates and latencies are those of a busy machine.
  double other_cores = 0;
  Histogram latency;
  Histogram delivery;
  Histogram between_sockets;
  DeliveryFaults faults;
  std::uint64_t refused = 0;  // of the whole run
  std::uint64_t refused_without_a_time = 0;
  std::uint64_t resumed = 0;
  std::uint64_t broken = 0;
  std::uint64_t overrun = 0;
  std::uint64_t range_gaps = 0;
  std::uint64_t wrong = 0;
  std::uint64_t event_bytes = 0;
};

// Requires: the workers are ready. meanwhile: called about once a second while it measures.
Result<Measured> measure(WorkerGroup& workers, const ServerProcess& server, const Durations& durations,
                         const std::function<void()>& meanwhile = nullptr);

// {"p50":…,"p99":…,…} in milliseconds.
nlohmann::ordered_json percentiles(const Histogram& histogram);
// CPU by thread and by part, in microseconds for each of `units`.
nlohmann::ordered_json cpu_report(const ThreadTimes& cpu, double seconds, std::uint64_t units);

}  // namespace wk::bench
