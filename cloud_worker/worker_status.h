// What a worker tells about itself: its counters, and the status message made of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "cloud_worker/queue/work_item.h"
#include "wire/message.h"
#include "wire/messages/status.h"
#include "wire/topics.h"

namespace biglittle {

// Thread-safe.
class WorkerStatus {
 public:
  WorkerStatus(const wire::Topics& topics, const std::string& fleet, const std::string& worker);

  void Count(const std::string& name, std::uint64_t by = 1);
  // Each as answered or as rejected for its reason.
  void CountAnswers(const std::vector<Answer>& answers);
  std::map<std::string, std::uint64_t> counters() const;

  // The retained message of how things stand. `models`: task -> digest of the net that serves.
  // `more`: counters that others keep.
  // `busiest`: who took most since the message before.
  wire::Message Message(wire::State state, std::map<std::string, std::string> models,
                        const std::map<std::string, std::uint64_t>& more,
                        std::vector<wire::DeviceWork> busiest);

 private:
  const std::string topic_;

  // Protected by mutex_.
  mutable std::mutex mutex_;
  wire::Status status_;
};

}  // namespace biglittle
