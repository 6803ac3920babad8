// The names under which a fleet's messages travel; docs/wire.md has the table.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace biglittle::wire {

// The topics of one fleet. Immutable.
class Topics {
 public:
  // `root` may have several levels ("biglittle/v1"); `fleet` is one.
  Topics(std::string_view root, std::string_view fleet);

  std::string Escalate(std::string_view device) const;
  // What a device names as its response topic: a worker puts its own name below it.
  std::string ReplyBase(std::string_view device) const;
  std::string Reply(std::string_view device, std::string_view worker) const;
  std::string Result(std::string_view device) const;
  std::string DeviceStatus(std::string_view device) const;
  std::string DeviceState(std::string_view device) const;
  // Below it a device's sensors speak, each on a topic of its own.
  std::string Sensors(std::string_view device) const;
  // What an operator asks of a device, what the device answers, and the windows that it shows.
  std::string Control(std::string_view device) const;
  std::string ControlReply(std::string_view device) const;
  std::string Snapshot(std::string_view device, std::string_view sequence) const;
  std::string WorkerStatus(std::string_view worker) const;

  // Topic filters.
  std::string SharedEscalate(std::string_view group) const;  // "$share/<group>/..."
  std::string Replies(std::string_view device) const;        // of all workers to one device
  std::string RepliesOf(std::string_view worker) const;
  std::string AllReplies() const;
  std::string AllResults() const;
  std::string AllDeviceStatus() const;
  std::string AllDeviceStates() const;
  std::string AllWorkerStatus() const;
  std::string AllControls() const;
  std::string AllControlReplies() const;
  std::string AllSnapshots() const;

  const std::string& fleet() const { return fleet_; }
  // The device or worker whose topic this is; nullopt if it is not one of this fleet's.
  std::optional<std::string> DeviceOfEscalate(std::string_view topic) const;
  std::optional<std::string> WorkerOfReply(std::string_view topic, std::string_view device) const;
  std::optional<std::string> DeviceOfResult(std::string_view topic) const;
  std::optional<std::string> DeviceOfStatus(std::string_view topic) const;
  std::optional<std::string> DeviceOfState(std::string_view topic) const;
  std::optional<std::string> WorkerOfStatus(std::string_view topic) const;
  std::optional<std::string> DeviceOfControlReply(std::string_view topic) const;
  // Whichever the reading.
  std::optional<std::string> DeviceOfSnapshot(std::string_view topic) const;

 private:
  std::string Device(std::string_view device, std::string_view leaf) const;
  std::optional<std::string> Between(std::string_view branch, std::string_view topic,
                                     std::string_view leaf) const;

  std::string fleet_;
  std::string prefix_;  // "<root>/<fleet>/"
};

}  // namespace biglittle::wire
