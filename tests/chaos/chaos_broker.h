// A Mosquitto that can be killed and restarted, with limits under which it drops nothing by itself:
// what is lost was lost by the fleet.
#pragma once

#include <cstdint>
#include <optional>

#include "cli/lab/broker_process.h"
#include "tests/support/temporary_folder.h"

namespace biglittle::chaos {

class ChaosBroker {
 public:
  // With persistence it saves once a second, so that a kill costs a second of its memory at most.
  explicit ChaosBroker(bool persistent);
  ~ChaosBroker();

  std::uint16_t port() const { return port_; }

  // Stops it where it is; the kernel still delivers what it has written.
  void Freeze();
  // As by a power cut. Returns when it is gone.
  void Kill();
  void Restart();

  // Bytes that the kernel has for the broker's clients and that they have not read yet.
  std::uint64_t UnreadByClients() const;

 private:
  void Start(std::uint16_t port);

  const bool persistent_;
  TemporaryFolder folder_;
  std::optional<BrokerProcess> broker_;
  std::uint16_t port_ = 0;
};

}  // namespace biglittle::chaos
