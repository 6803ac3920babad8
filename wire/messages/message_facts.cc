#include "wire/messages/message_facts.h"

#include <memory>
#include <utility>

#include "wire/messages/control.h"
#include "wire/messages/control_facts.h"
#include "wire/messages/device_state.h"
#include "wire/messages/proto_facts.h"
#include "wire/messages/snapshot.h"

namespace biglittle::wire {
namespace {

ValueShape Whole(std::shared_ptr<const SectionFacts> facts) {
  return {MapShape{{std::move(facts)}}};
}

}  // namespace

const std::vector<MessageFacts>& AllMessageFacts() {
  static const std::vector<MessageFacts> all{
      {"result", "The outcome of a reading", Whole(ProtoFacts("Result"))},
      {"status", "How a device or a worker is", Whole(ProtoFacts("Status"))},
      {"state", "The class that a device has settled on", Whole(DeviceStateFacts())},
      {"control", "What an operator asks of a device", ControlRequestShape(), true},
      {"control-reply", "A device's answer to an operator", Whole(ControlReplyFacts())},
      {"snapshot", "The window of one reading", Whole(SnapshotFacts())},
  };
  return all;
}

}  // namespace biglittle::wire
