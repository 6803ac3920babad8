#include "cli/provision/rights.h"

#include <algorithm>

#include "wire/home_assistant_topics.h"
#include "wire/topics.h"

namespace biglittle {
namespace {

using Rights = std::vector<Right>;

// Subscribing alone delivers nothing: the broker asks again for each message.
void AddRead(const std::string& filter, Rights& rights) {
  rights.push_back({RightKind::kSubscribePattern, filter});
  rights.push_back({RightKind::kReceive, filter});
}

// That very filter, wildcards and all, and no narrower one.
void AddReadOne(const std::string& filter, Rights& rights) {
  rights.push_back({RightKind::kSubscribeLiteral, filter});
  rights.push_back({RightKind::kReceive, filter});
}

// Its own entry in Home Assistant and nobody else's: the topic is made of both names.
void AddEntry(const std::string& id, const FleetNames& names, Rights& rights) {
  if (!names.home_assistant) return;
  rights.push_back({RightKind::kSend, EntryTopic(id, names)});
  AddReadOne(names.home_assistant->birth_topic, rights);
}

Rights OfDevice(const std::string& id, const FleetNames& names, const wire::Topics& topics) {
  Rights rights = {
      {RightKind::kSend, topics.Escalate(id)},     {RightKind::kSend, topics.Result(id)},
      {RightKind::kSend, topics.DeviceStatus(id)}, {RightKind::kSend, topics.DeviceState(id)},
      {RightKind::kSend, topics.ControlReply(id)}, {RightKind::kSend, topics.Snapshot(id, "+")}};
  AddReadOne(topics.Replies(id), rights);
  AddReadOne(topics.Control(id), rights);
  AddRead(topics.Sensors(id) + "/#", rights);
  AddEntry(id, names, rights);
  return rights;
}

// What it says is heard by its device alone.
Rights OfSensor(const std::string& id, const wire::Topics& topics) {
  return {{RightKind::kSend, topics.Sensors(id) + "/#"}};
}

Rights OfWorker(const std::string& id, const FleetNames& names,
                const std::vector<std::string>& devices, const wire::Topics& topics) {
  Rights rights = {
      {RightKind::kSend, topics.WorkerStatus(id)},
      // Dynamic security compares a shared subscription with the whole text, group included.
      {RightKind::kSubscribeLiteral, topics.SharedEscalate(names.worker_group)},
      {RightKind::kReceive, topics.Escalate("+")}};
  for (const std::string& device : devices) {
    rights.push_back({RightKind::kSend, topics.Reply(device, id)});
  }
  return rights;
}

Rights OfDashboard(const wire::Topics& topics) {
  Rights rights;
  AddRead(topics.AllResults(), rights);
  AddRead(topics.AllDeviceStatus(), rights);
  AddRead(topics.AllDeviceStates(), rights);
  AddRead(topics.AllWorkerStatus(), rights);
  return rights;
}

// A dashboard that may also steer.
Rights OfOperator(const wire::Topics& topics) {
  Rights rights = OfDashboard(topics);
  rights.push_back({RightKind::kSend, topics.AllControls()});
  AddRead(topics.AllControlReplies(), rights);
  AddRead(topics.AllSnapshots(), rights);
  return rights;
}

// Home Assistant, the program: it reads how devices are and who shows itself below its prefix, says
// when it begins, and steers where the fleet file says that it may.
Rights OfHomeAssistant(const FleetNames& names, const wire::Topics& topics) {
  Rights rights;
  AddRead(topics.AllDeviceStatus(), rights);
  AddRead(topics.AllDeviceStates(), rights);
  if (!names.home_assistant) return rights;
  AddRead(names.home_assistant->prefix + "/#", rights);
  rights.push_back({RightKind::kSend, names.home_assistant->birth_topic});
  if (names.home_assistant->steering) rights.push_back({RightKind::kSend, topics.AllControls()});
  return rights;
}

// A site's broker speaks for all of its fleet, whom the site's own rights keep apart.
Rights OfBridge(const wire::Topics& topics) {
  Rights rights = {
      {RightKind::kSend, topics.Escalate("+")},     {RightKind::kSend, topics.AllResults()},
      {RightKind::kSend, topics.AllDeviceStatus()}, {RightKind::kSend, topics.AllDeviceStates()},
      {RightKind::kSend, topics.AllWorkerStatus()}, {RightKind::kSend, topics.AllControlReplies()},
      {RightKind::kSend, topics.AllSnapshots()}};
  AddReadOne(topics.AllReplies(), rights);
  AddReadOne(topics.AllControls(), rights);
  return rights;
}

// Nothing but the plugin's own commands and the broker's figures: no fleet's data.
Rights OfAdmin() {
  const std::string control = "$CONTROL/dynamic-security/#";
  Rights rights = {{RightKind::kSend, control}};
  AddRead(control, rights);
  AddRead("$SYS/#", rights);
  return rights;
}

Rights Of(const Identity& identity, const FleetNames& names,
          const std::vector<std::string>& devices) {
  const wire::Topics topics(names.topic_root, names.fleet);
  switch (identity.role) {
    case Role::kDevice:
      return OfDevice(identity.id, names, topics);
    case Role::kWorker:
      return OfWorker(identity.id, names, devices, topics);
    case Role::kDashboard:
      return OfDashboard(topics);
    case Role::kBridge:
      return OfBridge(topics);
    case Role::kAdmin:
      return OfAdmin();
    case Role::kSensor:
      return OfSensor(identity.id, topics);
    case Role::kOperator:
      return OfOperator(topics);
    case Role::kHomeAssistant:
      return OfHomeAssistant(names, topics);
  }
  return {};
}

}  // namespace

const char* AclType(RightKind kind) {
  switch (kind) {
    case RightKind::kSend:
      return "publishClientSend";
    case RightKind::kReceive:
      return "publishClientReceive";
    case RightKind::kSubscribeLiteral:
      return "subscribeLiteral";
    case RightKind::kSubscribePattern:
      return "subscribePattern";
  }
  return "";
}

std::string EntryTopic(const std::string& device, const FleetNames& names) {
  return names.home_assistant ? wire::DiscoveryTopic(names.home_assistant->prefix,
                                                     wire::ObjectId(names.fleet, device))
                              : "";
}

std::vector<Right> RightsOf(const Identity& identity, const FleetNames& names,
                            const std::vector<std::string>& devices) {
  Rights rights = Of(identity, names, devices);
  std::sort(rights.begin(), rights.end());
  rights.erase(std::unique(rights.begin(), rights.end()), rights.end());
  return rights;
}

}  // namespace biglittle
