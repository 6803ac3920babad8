// The last stage of a worker: whatever arrived is answered here, with a prediction or with the
// reason why not. Answers are remembered for those who ask again, counted, and sent.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "cloud_worker/intake/device_limit.h"
#include "cloud_worker/queue/work_item.h"
#include "cloud_worker/replies/publisher.h"
#include "cloud_worker/replies/reply_builder.h"
#include "cloud_worker/replies/reply_memory.h"
#include "cloud_worker/worker_status.h"
#include "core/clock.h"
#include "core/fleet/fleet_config.h"
#include "core/fleet/worker_config.h"
#include "wire/topics.h"

namespace biglittle {

// Thread-safe. One device gets 1,000 refusals at once and 200 a second, as messages: the others are
// counted, and as if lost.
class Responder {
 public:
  // `status` counts, `publisher` sends; both must outlive it.
  Responder(const wire::Topics& topics, const FleetConfig& fleet, const WorkerConfig& config,
            WorkerStatus& status, Publisher& publisher);

  // Leaves in `items` those that were not asked for before: they are under way from now on. The
  // remembered answers to the others, of which those that are still under way get theirs once.
  std::vector<Answer> TakeRepeats(std::vector<WorkItem>& items);
  // Remembered answers, again.
  void Repeat(std::vector<Answer> answers) { Send(std::move(answers), {}); }

  // What became of readings that were under way. `computed_at`: where they come from a net.
  void Respond(std::vector<Answer> answers, std::optional<SteadyTime> computed_at = {});
  // Readings of one device's request that were not let in.
  void RefuseReadings(const std::string& device, std::vector<Answer> refusals);
  // A request as a whole, whether or not it could be read.
  void RefuseRequest(const ReplyAddress& address, wire::Rejection rejection);

  // On whichever thread handed a message of ours over to the network: when it was begun at is how
  // the next reply knows what sending takes.
  void OnHandedOver(const wire::Message& header, SteadyTime handed_at);

 private:
  void Remember(const std::vector<Answer>& answers);
  void Send(std::vector<Answer> answers, std::optional<SteadyTime> computed_at);
  bool MayRefuse(const std::string& device);

  // Constant after construction.
  const std::string worker_;
  const ReplyBuilder builder_;
  WorkerStatus& status_;
  Publisher& publisher_;

  DeviceLimit refusals_;

  // Protected by memory_mutex_.
  std::mutex memory_mutex_;
  ReplyMemory memory_;

  // Of the last reply of a net that went out; negative before the first.
  std::atomic<std::int64_t> send_time_us_ = -1;
};

}  // namespace biglittle
