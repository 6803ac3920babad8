#include "cli/bench/local_cost.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "cli/bench/cpu_time.h"
#include "cli/lab/result_tally.h"
#include "core/clock.h"
#include "core/random.h"
#include "core/run_id.h"
#include "device_agent/agent.h"
#include "device_agent/little/local_classifier.h"
#include "device_agent/reading_deadlines.h"
#include "device_agent/sources/polled_source.h"
#include "wire/mqtt/mqtt_session.h"

namespace biglittle {
namespace {

using Seconds = std::chrono::duration<double>;

constexpr char kDevice[] = "device-2";  // beside the one that escalates
constexpr std::size_t kWindows = 64;
constexpr std::uint64_t kSeed = 2;
// Rare enough that the thread sleeps between two readings, as it does on a device.
constexpr std::chrono::milliseconds kInterval{1};
constexpr int kWarmUpReadings = 100;
constexpr std::chrono::seconds kPatience{20};

// The same windows over and over, from memory.
class MemorySource final : public PolledSource {
 public:
  explicit MemorySource(const Task& task) {
    Random random(kSeed);
    for (std::size_t i = 0; i < kWindows; ++i) windows_.push_back(RandomWindow(task, random));
  }

  absl::StatusOr<std::optional<Sample>> Next() override {
    return Sample{NextWindow(), std::nullopt};
  }
  const Tensor& NextWindow() { return windows_[next_++ % kWindows]; }

 private:
  static Tensor RandomWindow(const Task& task, Random& random) {
    Tensor window{DType::kFloat32, task.input_shape, {}};
    const std::int64_t elements = ElementCount(task.input_shape).value_or(0);
    window.data.resize(static_cast<std::size_t>(elements) * sizeof(float));
    for (std::size_t at = 0; at < window.data.size(); at += sizeof(float)) {
      const auto value = static_cast<float>(random.Uniform(-1.0, 1.0));
      std::memcpy(&window.data[at], &value, sizeof value);
    }
    return window;
  }

  std::vector<Tensor> windows_;
  std::size_t next_ = 0;
};

wire::MqttSession::Options SessionOptions(const FleetConfig& fleet) {
  wire::MqttSession::Options options;
  options.broker = fleet.broker;
  options.identity = {wire::Role::kDevice, kDevice};
  options.client_id = fmt::format("biglittle-{}-device-{}", fleet.fleet, kDevice);
  return options;
}

DeviceConfig LocalDevice(const Task& task) {
  DeviceConfig device;
  device.id = kDevice;
  device.task = task.name;
  device.escalation.policy = EscalationPolicyKind::kLittleOnly;
  return device;
}

// The CPU time of this thread in one call.
template <typename Turn>
double CpuOf(const Turn& turn) {
  const double before = CpuMicroseconds(CLOCK_THREAD_CPUTIME_ID);
  turn();
  return CpuMicroseconds(CLOCK_THREAD_CPUTIME_ID) - before;
}

// An agent with its session, and a net of its own to hold it against.
class LocalDeviceRun {
 public:
  LocalDeviceRun(const FleetConfig& fleet, const Task& task, const DeviceConfig& device,
                 LocalClassifier of_agent, LocalClassifier alone, ReadingDeadlines deadlines)
      : task_(task),
        source_(task),
        alone_(std::move(alone)),
        session_(SessionOptions(fleet)),
        agent_(
            fleet, device, {task, std::move(of_agent), std::move(deadlines), std::nullopt},
            NewRunId(), [this](wire::Message message) { return Publish(std::move(message)); },
            Clock::Real()) {}

  absl::Status Connect() {
    session_.Start();
    if (!session_.WaitConnected(Clock::Real().Now() + kPatience)) {
      return absl::UnavailableError("the broker could not be reached in time");
    }
    agent_.OnLink(true);
    for (int i = 0; i < kWarmUpReadings; ++i) AgentTurn();
    return Settle();
  }

  absl::StatusOr<LocalReadingCost> Measure(int turns, const StopSignal& stop) {
    std::vector<double> of_agent;
    std::vector<double> of_net;
    double net_in_all = 0.0;
    const double before = CpuMicroseconds(CLOCK_PROCESS_CPUTIME_ID);
    SteadyTime due = Clock::Real().Now();
    for (int i = 0; i < turns; ++i) {
      if (stop.requested()) return absl::CancelledError("interrupted");
      std::this_thread::sleep_until(due += kInterval);
      // In turns, for whatever else the machine does should burden both alike.
      if (i % 2 == 0) {
        of_agent.push_back(CpuOf([this] { AgentTurn(); }));
      } else {
        of_net.push_back(CpuOf([this] { alone_.Classify(task_, source_.NextWindow()); }));
        net_in_all += of_net.back();
      }
    }
    if (absl::Status settled = Settle(); !settled.ok()) return settled;
    const double all = CpuMicroseconds(CLOCK_PROCESS_CPUTIME_ID) - before - net_in_all;
    const double process = all / static_cast<double>(of_agent.size());
    const double net = MedianOf(std::move(of_net));
    return LocalReadingCost{MedianOf(std::move(of_agent)) - net, process, net};
  }

 private:
  // Everything that was published is acknowledged.
  absl::Status Settle() {
    if (failure_.ok() && session_.Drain(Clock::Real().Now() + kPatience) > 0) {
      return absl::UnavailableError("the broker did not take the results in time");
    }
    return failure_;
  }

  void AgentTurn() {
    auto sample = source_.Next();
    agent_.OnSample(**std::move(sample), Clock::Real().Now());
    agent_.OnTime();
  }

  absl::Status Publish(wire::Message message) {
    const absl::Status taken = session_.Publish(std::move(message));
    if (!taken.ok()) failure_ = taken;
    return taken;
  }

  const Task& task_;
  MemorySource source_;
  LocalClassifier alone_;
  absl::Status failure_;
  wire::MqttSession session_;
  Agent agent_;
};

}  // namespace

absl::StatusOr<LocalReadingCost> MeasureLocalReading(const FleetConfig& fleet, const Task& task,
                                                     Seconds length, const StopSignal& stop) {
  if (task.input_dtype != DType::kFloat32) {
    return absl::InvalidArgumentError(fmt::format("the readings of {} are no floats", task.name));
  }
  const DeviceConfig device = LocalDevice(task);
  auto of_agent = LocalClassifier::Load(task, device.escalation);
  if (!of_agent.ok()) return of_agent.status();
  auto alone = LocalClassifier::Load(task, device.escalation);
  if (!alone.ok()) return alone.status();
  auto deadlines = ReadingDeadlines::Make(device, task);
  if (!deadlines.ok()) return deadlines.status();
  LocalDeviceRun run(fleet, task, device, *std::move(of_agent), *std::move(alone),
                     *std::move(deadlines));
  if (absl::Status connected = run.Connect(); !connected.ok()) return connected;

  return run.Measure(static_cast<int>(std::max(2.0, length / kInterval)), stop);
}

}  // namespace biglittle
