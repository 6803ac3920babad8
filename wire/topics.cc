#include "wire/topics.h"

#include <fmt/format.h>

namespace biglittle::wire {

Topics::Topics(std::string_view root, std::string_view fleet)
    : fleet_(fleet), prefix_(fmt::format("{}/{}/", root, fleet)) {}

std::string Topics::Device(std::string_view device, std::string_view leaf) const {
  return fmt::format("{}devices/{}/{}", prefix_, device, leaf);
}

std::string Topics::Escalate(std::string_view device) const { return Device(device, "escalate"); }
std::string Topics::ReplyBase(std::string_view device) const { return Device(device, "reply"); }
std::string Topics::Result(std::string_view device) const { return Device(device, "result"); }
std::string Topics::DeviceStatus(std::string_view device) const { return Device(device, "status"); }
std::string Topics::DeviceState(std::string_view device) const { return Device(device, "state"); }
std::string Topics::Sensors(std::string_view device) const { return Device(device, "sensor"); }
std::string Topics::Control(std::string_view device) const { return Device(device, "control"); }
std::string Topics::ControlReply(std::string_view device) const {
  return Device(device, "control/reply");
}

std::string Topics::Snapshot(std::string_view device, std::string_view sequence) const {
  return fmt::format("{}devices/{}/snapshot/{}", prefix_, device, sequence);
}

std::string Topics::Reply(std::string_view device, std::string_view worker) const {
  return fmt::format("{}devices/{}/reply/{}", prefix_, device, worker);
}

std::string Topics::WorkerStatus(std::string_view worker) const {
  return fmt::format("{}workers/{}/status", prefix_, worker);
}

std::string Topics::SharedEscalate(std::string_view group) const {
  return fmt::format("$share/{}/{}", group, Device("+", "escalate"));
}

std::string Topics::Replies(std::string_view device) const { return Reply(device, "+"); }
std::string Topics::RepliesOf(std::string_view worker) const { return Reply("+", worker); }
std::string Topics::AllReplies() const { return Reply("+", "+"); }
std::string Topics::AllResults() const { return Device("+", "result"); }
std::string Topics::AllDeviceStatus() const { return Device("+", "status"); }
std::string Topics::AllDeviceStates() const { return Device("+", "state"); }
std::string Topics::AllWorkerStatus() const { return WorkerStatus("+"); }
std::string Topics::AllControls() const { return Control("+"); }
std::string Topics::AllControlReplies() const { return ControlReply("+"); }
std::string Topics::AllSnapshots() const { return Snapshot("+", "+"); }

std::optional<std::string> Topics::Between(std::string_view branch, std::string_view topic,
                                           std::string_view leaf) const {
  if (!topic.starts_with(prefix_)) return std::nullopt;
  topic.remove_prefix(prefix_.size());
  if (!topic.starts_with(branch) || !topic.ends_with(leaf)) return std::nullopt;
  topic.remove_prefix(branch.size());
  if (topic.size() <= leaf.size()) return std::nullopt;
  topic.remove_suffix(leaf.size());
  if (topic.find('/') != std::string_view::npos) return std::nullopt;
  return std::string(topic);
}

std::optional<std::string> Topics::DeviceOfEscalate(std::string_view topic) const {
  return Between("devices/", topic, "/escalate");
}

std::optional<std::string> Topics::WorkerOfReply(std::string_view topic,
                                                 std::string_view device) const {
  constexpr std::string_view kDevices = "devices/";
  constexpr std::string_view kReply = "/reply/";
  for (const std::string_view part : {std::string_view(prefix_), kDevices, device, kReply}) {
    if (!topic.starts_with(part)) return std::nullopt;
    topic.remove_prefix(part.size());
  }
  if (topic.empty() || topic.find('/') != std::string_view::npos) return std::nullopt;
  return std::string(topic);
}

std::optional<std::string> Topics::DeviceOfResult(std::string_view topic) const {
  return Between("devices/", topic, "/result");
}

std::optional<std::string> Topics::DeviceOfStatus(std::string_view topic) const {
  return Between("devices/", topic, "/status");
}

std::optional<std::string> Topics::DeviceOfState(std::string_view topic) const {
  return Between("devices/", topic, "/state");
}

std::optional<std::string> Topics::WorkerOfStatus(std::string_view topic) const {
  return Between("workers/", topic, "/status");
}

std::optional<std::string> Topics::DeviceOfControlReply(std::string_view topic) const {
  return Between("devices/", topic, "/control/reply");
}

std::optional<std::string> Topics::DeviceOfSnapshot(std::string_view topic) const {
  const std::size_t sequence = topic.rfind('/');
  if (sequence == std::string_view::npos || sequence + 1 == topic.size()) return std::nullopt;
  return Between("devices/", topic.substr(0, sequence), "/snapshot");
}

}  // namespace biglittle::wire
