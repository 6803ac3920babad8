// Hears that Home Assistant has begun, and so knows nobody.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <string>

#include "absl/status/status.h"

#include "wire/message.h"
#include "wire/mqtt/topic_listener.h"

namespace biglittle {

// Thread-safe; one thread takes. What is retained is not heard: each session begins with what a
// birth is answered with.
class BirthListener final : public wire::TopicListener {
 public:
  // `wake` is called when there was a birth, from any thread; it must outlive the session.
  BirthListener(std::string topic, std::string payload, std::function<void()> wake);

  const std::string& topic() const override { return topic_; }
  int qos() const override { return 1; }
  void OnTopicMessage(wire::Message&& message) override;
  void OnTopicMessageDropped() override {}
  void OnTopicState(const absl::Status& state) override;

  // There was one since this was last asked.
  bool TakeBirth() { return birth_.exchange(false); }
  // Why the broker does not let us hear of it: "" where it does.
  std::string Trouble() const;

 private:
  // Constant after construction.
  const std::string topic_;
  const std::string payload_;
  const std::function<void()> wake_;

  std::atomic<bool> birth_{false};

  // Protected by mutex_.
  mutable std::mutex mutex_;
  std::string trouble_;
};

}  // namespace biglittle
