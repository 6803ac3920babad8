// When a device shows itself in Home Assistant: with each session, and when that begins; and how an
// entry goes that its file asks for no more.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "core/clock.h"
#include "device_agent/kept_file.h"
#include "wire/message.h"

namespace biglittle {

// Where the entry of an earlier run is, as it was written down. InvalidArgument, in one line: the
// text is not ours, or the topic none of entries.
absl::StatusOr<std::string> DecodeEntryTopic(std::string_view text);
std::string EncodeEntryTopic(std::string_view topic);

// Neither thread nor network inside. Not thread-safe. Whatever becomes of an entry, nothing else of
// the device waits for it.
class DiscoveryOutlet {
 public:
  using Publish = std::function<absl::Status(wire::Message)>;

  struct Entry {
    std::string topic;
    std::string payload;  // empty: there shall be none
  };
  // A birth is answered after a time of the device's own up to this, so that a fleet does not speak
  // all at once; several within it are one.
  static constexpr Milliseconds kSpread{3000};
  // After an entry was not taken.
  static constexpr std::chrono::seconds kAgain{60};

  // `entry`: nullopt where the device has none. `memory` says where the last one was; absent: it is
  // forgotten with the process. `device` is for the log. `clock` must outlive it.
  DiscoveryOutlet(std::string device, std::optional<Entry> entry, std::optional<KeptFile> memory,
                  Publish publish, const Clock& clock);

  // Begins as away.
  void OnLink(bool up);
  void OnBirth();
  // What became of the message with that tag's value, which is ours.
  void OnDelivered(std::uint64_t value, wire::Delivery delivery);
  // It was taken to be published, and is larger than the broker takes.
  void OnTooLarge();
  void OnTime();
  // When OnTime has something to do.
  std::optional<SteadyTime> NextWake() const;

  // "home_assistant_sent", "home_assistant_refused".
  void AddCounters(std::map<std::string, std::uint64_t>& counters) const;

 private:
  void Recall();
  void Remember();
  void Show();
  void ClearOld();
  void Send(const std::string& topic, std::string payload, std::uint64_t value);

  // Constant after construction.
  const std::string device_;
  const std::optional<Entry> entry_;
  const std::optional<KeptFile> memory_;
  const Publish publish_;
  const Clock& clock_;
  const SteadyTime::duration answers_after_;

  std::optional<std::string> old_topic_;  // of an entry that is to go
  bool link_up_ = false;
  std::optional<SteadyTime> show_at_;
  std::uint64_t sent_ = 0;
  std::uint64_t refused_ = 0;
};

}  // namespace biglittle
