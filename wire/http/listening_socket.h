// A TCP socket that takes connections.
#pragma once

#include "absl/status/statusor.h"

#include "core/fleet/health_config.h"

namespace biglittle::wire {

// Closes its descriptor. Not thread-safe.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept;
  Descriptor& operator=(Descriptor&& other) noexcept;

  int get() const { return fd_; }

 private:
  int fd_;  // -1: none
};

// Non-blocking. Not OK, in one line that says the mend, if nothing can listen there.
absl::StatusOr<Descriptor> Listen(const HealthConfig& where);

}  // namespace biglittle::wire
