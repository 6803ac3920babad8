#include <utility>

#include "biglittle/v1/status.pb.h"
#include "wire/messages/json.h"
#include "wire/messages/status.h"

namespace biglittle::wire {
namespace {

void Put(const RecentReadings& recent, v1::RecentReadings& out) {
  out.set_readings(recent.readings);
  out.set_decided_by(recent.decided_by);
  out.set_escalated(recent.escalated);
  if (recent.round_trip_ms) out.set_round_trip_ms(*recent.round_trip_ms);
}

RecentReadings Taken(const v1::RecentReadings& in) {
  RecentReadings recent{in.readings(), in.decided_by(), in.escalated(), std::nullopt};
  if (in.has_round_trip_ms()) recent.round_trip_ms = in.round_trip_ms();
  return recent;
}

}  // namespace

std::string_view Name(State state) {
  switch (state) {
    case State::kOnline:
      return "online";
    case State::kOffline:
      return "offline";
    case State::kStopped:
      return "stopped";
  }
  return "unknown";
}

std::string Encode(const Status& status) {
  v1::Status out;
  out.set_fleet(status.fleet);
  out.set_device(status.device);
  out.set_worker(status.worker);
  switch (status.state) {
    case State::kOnline:
      out.set_state(v1::Status::online);
      break;
    case State::kOffline:
      out.set_state(v1::Status::offline);
      break;
    case State::kStopped:
      out.set_state(v1::Status::stopped);
      break;
  }
  out.set_run(status.run);
  out.set_version(status.version);
  SetTimestamp(status.time, *out.mutable_time());
  out.mutable_models()->insert(status.models.begin(), status.models.end());
  out.mutable_counters()->insert(status.counters.begin(), status.counters.end());
  for (const DeviceWork& work : status.busiest) {
    v1::DeviceWork& to = *out.add_busiest();
    to.set_device(work.device);
    to.set_readings(work.readings);
    to.set_compute_ms(work.compute_ms);
  }
  out.set_paused(status.paused);
  out.mutable_differs()->insert(status.differs.begin(), status.differs.end());
  if (status.differs_until) SetTimestamp(*status.differs_until, *out.mutable_differs_until());
  out.mutable_in_effect()->insert(status.in_effect.begin(), status.in_effect.end());
  out.mutable_releases()->insert(status.releases.begin(), status.releases.end());
  if (status.recent) Put(*status.recent, *out.mutable_recent());
  return ToJson(out);
}

Message ToMessage(std::string topic, const Status& status) {
  Message message;
  message.topic = std::move(topic);
  message.payload = Encode(status);
  message.content_type = kJsonContent;
  message.retained = true;
  return message;
}

absl::StatusOr<Status> DecodeStatus(std::string_view payload) {
  v1::Status in;
  if (absl::Status status = FromJson(payload, in); !status.ok()) return status;
  Status out;
  switch (in.state()) {
    case v1::Status::online:
      out.state = State::kOnline;
      break;
    case v1::Status::offline:
      out.state = State::kOffline;
      break;
    case v1::Status::stopped:
      out.state = State::kStopped;
      break;
    default:
      return absl::InvalidArgumentError("the status has no state");
  }
  out.fleet = in.fleet();
  out.device = in.device();
  out.worker = in.worker();
  out.run = in.run();
  out.version = in.version();
  out.time = FromTimestamp(in.time());
  out.models.insert(in.models().begin(), in.models().end());
  out.counters.insert(in.counters().begin(), in.counters().end());
  for (const v1::DeviceWork& work : in.busiest()) {
    out.busiest.push_back({work.device(), work.readings(), work.compute_ms()});
  }
  out.paused = in.paused();
  out.differs.insert(in.differs().begin(), in.differs().end());
  if (in.has_differs_until()) out.differs_until = FromTimestamp(in.differs_until());
  out.in_effect.insert(in.in_effect().begin(), in.in_effect().end());
  out.releases.insert(in.releases().begin(), in.releases().end());
  if (in.has_recent()) out.recent = Taken(in.recent());
  return out;
}

}  // namespace biglittle::wire
