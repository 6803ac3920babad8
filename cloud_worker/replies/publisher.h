// The worker's way out: hands its replies and statuses to the session, and counts by kind what the
// backlog or the broker refused.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"

#include "cloud_worker/worker_status.h"
#include "core/log_limit.h"
#include "wire/message.h"
#include "wire/mqtt/refusal_gauge.h"

namespace biglittle {

// Thread-safe.
class Publisher {
 public:
  // What it needs of the session: MqttSession's functions of these names.
  struct Session {
    std::function<absl::Status(wire::Message)> publish;
    std::function<std::size_t()> max_packet_bytes;
  };

  // `worker` names it in the log. `status` counts, and must outlive it.
  Publisher(std::string worker, WorkerStatus& status, Session session);

  void Publish(wire::Message message);
  std::size_t max_packet_bytes() const { return session_.max_packet_bytes(); }

  // `message` with the tag by which OnDelivered knows its kind; for those that the session
  // publishes of itself.
  static wire::Message Tagged(wire::Message message);
  // On the session's threads: returns at once.
  void OnDelivered(std::uint64_t tag, wire::Delivery delivery);

  // What the broker refuses at present, in one line with the mend; empty: nothing.
  std::string Refused() const { return refused_.Sentence(); }

 private:
  const std::string worker_;
  WorkerStatus& status_;
  const Session session_;
  wire::RefusalGauge refused_{{"replies", "statuses"}};
  LogLimit refusal_said_;
};

}  // namespace biglittle
