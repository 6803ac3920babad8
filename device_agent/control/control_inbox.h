// Requests of operators on their way from the session's threads to the agent's: few, so that a
// flood of them costs next to nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "absl/status/status.h"

#include "core/clock.h"
#include "core/token_bucket.h"
#include "wire/message.h"
#include "wire/mqtt/topic_listener.h"

namespace biglittle {

// Thread-safe; one thread takes. What comes faster than kPerSecond, beyond kBurst at once, is
// counted and not looked at, nor is what is retained: nobody knows how old it is.
class ControlInbox final : public wire::TopicListener {
 public:
  static constexpr double kPerSecond = 2;
  static constexpr int kBurst = 8;

  // `wake` is called when there is something to take, from any thread; it must outlive the session.
  ControlInbox(std::string topic, std::function<void()> wake);

  const std::string& topic() const override { return topic_; }
  int qos() const override { return 1; }
  bool sees_retained() const override { return true; }
  void OnTopicMessage(wire::Message&& message) override;
  void OnTopicMessageDropped() override;
  void OnTopicState(const absl::Status& state) override;

  // The oldest one's payload: at most one byte more than a request may have.
  std::optional<std::string> Take();
  bool empty() const;
  // "control_throttled", "control_retained", "control_too_large".
  void AddCounters(std::map<std::string, std::uint64_t>& counters) const;
  // Why the broker lets nobody steer the device: "" where it does.
  std::string Trouble() const;

 private:
  // Constant after construction.
  const std::string topic_;
  const std::function<void()> wake_;

  // Protected by mutex_.
  mutable std::mutex mutex_;
  TokenBucket rate_;
  std::deque<std::string> waiting_;
  std::uint64_t throttled_ = 0;
  std::uint64_t retained_ = 0;
  std::uint64_t too_large_ = 0;
  std::string trouble_;
};

}  // namespace biglittle
