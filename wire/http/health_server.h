// A small HTTP server for those who look after a program: probes and Prometheus.
//
//   /live     200 while the program works, 503 and one line where it hangs
//   /ready    200 while it takes work, 503 and one line saying why not
//   /metrics  Prometheus' text format 0.0.4
//
// Anything else is 404, other methods than GET and HEAD are 405. One thread, kMaxConnections
// connections, kMaxRequestBytes a request, kPatience for a connection from its beginning to its
// end: whoever is slow or holds many connections loses them, and the next probe is served.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

#include "core/fleet/health_config.h"
#include "core/program/vitals.h"

namespace biglittle::wire {

// Thread-safe.
class HealthServer {
 public:
  static constexpr std::size_t kMaxConnections = 16;
  static constexpr std::chrono::milliseconds kPatience{2000};

  // Asked on the server's thread; must not block, and must outlive the server.
  struct Pages {
    std::function<Verdict()> live;
    std::function<Verdict()> ready;
    std::function<std::string()> metrics;
  };

  // Listens when it returns. Not OK, in one line that says the mend, if it cannot listen there.
  static absl::StatusOr<std::unique_ptr<HealthServer>> Start(const HealthConfig& config,
                                                             Pages pages);
  ~HealthServer();  // ends every connection at once
  HealthServer(const HealthServer&) = delete;
  HealthServer& operator=(const HealthServer&) = delete;

 private:
  class Impl;
  explicit HealthServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace biglittle::wire
