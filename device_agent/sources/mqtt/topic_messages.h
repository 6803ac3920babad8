// What a sensor's topic says, on its way from the threads of the session to that of the source.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "absl/status/status.h"

#include "wire/message.h"
#include "wire/mqtt/topic_listener.h"

namespace biglittle {

// Messages of which some may be missing, at least one.
struct MissedMessages {
  std::uint64_t messages = 1;
};

// Bounded in messages and bytes: beyond it messages are missed. Thread-safe; one thread takes.
class TopicMessages final : public wire::TopicListener {
 public:
  static constexpr std::size_t kMaxMessages = 4096;
  static constexpr std::size_t kMaxBytes = std::size_t{8} << 20U;

  // In the order in which it came; the status says why there will be none: the broker refuses.
  using Item = std::variant<wire::Message, MissedMessages, absl::Status>;

  TopicMessages(std::string topic, int qos) : topic_(std::move(topic)), qos_(qos) {}

  const std::string& topic() const override { return topic_; }
  int qos() const override { return qos_; }
  void OnTopicMessage(wire::Message&& message) override;
  void OnTopicMessageDropped() override;
  void OnTopicState(const absl::Status& state) override;

  // From now on Next waits; what came before and was not taken has been missed.
  void Begin();
  // nullopt: Close was called.
  std::optional<Item> Next();
  void Close();

 private:
  // Constant after construction.
  const std::string topic_;
  const int qos_;

  // Protected by mutex_.
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<wire::Message> waiting_;
  std::size_t waiting_bytes_ = 0;
  std::uint64_t missed_ = 0;  // behind those that wait
  absl::Status refusal_;      // OK: the topic is not refused
  bool connected_ = false;
  bool closed_ = true;
};

}  // namespace biglittle
