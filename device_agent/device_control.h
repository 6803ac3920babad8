// What operators ask of a device, carried out: joins the settings in effect, their file, the pause
// and the snapshots with the agent and its intake.
//
// The agent's thread has it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

#include "core/clock.h"
#include "core/fleet/device_config.h"
#include "core/task/task.h"
#include "device_agent/agent.h"
#include "device_agent/control/control_inbox.h"
#include "device_agent/control/paused_times.h"
#include "device_agent/control/steering.h"
#include "device_agent/control/steering_file.h"
#include "device_agent/intake/intake.h"
#include "device_agent/kept_file.h"
#include "wire/message.h"
#include "wire/messages/control.h"
#include "wire/topics.h"

namespace biglittle {

class DeviceControl {
 public:
  // What it acts upon; all must outlive it.
  struct Parts {
    Agent& agent;
    Intake& intake;
    ControlInbox& inbox;
    const Clock& clock;
    Agent::Publish publish;
    std::function<std::map<std::string, std::uint64_t>()> counters;
  };

  // Takes over what an earlier run was told, if it was kept in `file`; nullopt: what is set ends
  // with the process.
  DeviceControl(const DeviceConfig& device, const wire::Topics& topics, Parts parts,
                std::optional<KeptFile> file);

  // Carries out at most one request, so that many of them hold up no reading; ends what has run
  // out, and answers who waits for a snapshot.
  void OnTime();
  // When OnTime has something to do, but for requests, which wake the thread.
  std::optional<SteadyTime> NextWake() const;

  // What of it the device takes: what was captured while it was paused is counted, and no reading.
  Arrivals Admit(Arrivals arrivals);
  std::optional<SteadyTime> paused_since() const { return paused_.since(); }

  // What is in effect has changed since this was last asked.
  bool TakeChanged() { return std::exchange(changed_, false); }
  // For the retained status; its times are by the clock of the day.
  std::map<std::string, std::string> InEffect() const;
  std::map<std::string, std::string> Differing() const;
  std::optional<WallTime> DiffersUntil() const;
  // For people: "" where all is as the file says and may be steered.
  std::string Sentence() const;
  void AddCounters(std::map<std::string, std::uint64_t>& counters) const;

 private:
  // Who waits for a snapshot, and until when.
  struct Waiting {
    std::string id;
    SteadyTime until;
  };

  void Restore();
  void Carry(std::string_view payload);
  absl::Status Do(const wire::ControlRequest& request, SteadyTime now);
  absl::Status Snapshot(const wire::ControlRequest& request, SteadyTime now);
  void ShowSnapshot();
  void GiveUpSnapshots(SteadyTime now);
  void TakeEffect(SteadyTime now);
  void Save(SteadyTime now);
  void SaveAgainIfDue(SteadyTime now);
  void Answer(const std::string& id, const absl::Status& done, bool with_counters = false);
  std::string Status(bool with_counters) const;
  void Publish(std::string topic, std::string payload, absl::Status& taken);
  std::string TimeOf(SteadyTime time) const;
  void Say(const std::vector<std::string>& notes) const;

  // Constant after construction.
  const std::string device_;
  const wire::Topics topics_;
  const Parts parts_;
  const std::optional<KeptFile> file_;
  const SteeringOwner owner_;

  Steering steering_;
  PausedTimes paused_;
  std::vector<Waiting> waiting_;
  bool changed_ = false;
  std::string unkept_;  // why what is set is not in the file
  std::optional<SteadyTime> saved_at_;
  WallTime::duration clock_offset_{0};  // of the clock of the day, when it was saved
  // Counted.
  std::uint64_t requests_ = 0;
  std::uint64_t refused_ = 0;
  std::uint64_t while_paused_ = 0;
  std::uint64_t snapshots_ = 0;
};

}  // namespace biglittle
