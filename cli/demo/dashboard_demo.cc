#include "cli/demo/dashboard_demo.h"

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <signal.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <thread>
#include <utility>

#include "cli/command_end.h"
#include "cli/dashboard/page_folder.h"
#include "cli/demo/demo_chaos.h"
#include "cli/demo/demo_readings.h"
#include "cli/demo/machine_recording.h"
#include "cli/installation.h"
#include "cli/lab/local_fleet.h"
#include "cli/lab/page_listener.h"
#include "cli/lab/scratch_folder.h"
#include "cli/provision/secrets.h"
#include "core/fleet/device_config.h"
#include "core/fleet/worker_config.h"
#include "core/program/exit_code.h"
#include "core/program/stop_signal.h"
#include "core/read_file.h"

namespace biglittle {
namespace {

using std::chrono::steady_clock;

constexpr Milliseconds kTick{100};
// Long enough to watch what the others do meanwhile.
constexpr std::chrono::seconds kAway{10};
constexpr std::chrono::seconds kPageTimeout{10};
// Who opens the page, where everybody has a name: one who reads, one who steers as well.
constexpr char kReader[] = "browser";
constexpr char kDesk[] = "desk";
constexpr char kPage[] = "page";  // its folder in the scratch folder

// RFC 3986: what is no letter, digit or mark of its own as %XX.
std::string PercentEncoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
    encoded += is_plain
                   ? std::string(1, c)
                   : fmt::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
  }
  return encoded;
}

class DashboardDemo {
 public:
  DashboardDemo(const DemoOptions& options, std::ostream& out)
      : options_(options), out_(out), installation_(Installation::Find()) {}

  // In this order, each after the one before was OK.
  absl::Status Plan();
  absl::Status StartFleet();
  absl::Status KeepAlive();

 private:
  absl::Status WriteRecordings();
  absl::Status AwaitPage();
  std::string OneLogin() const;
  absl::StatusOr<std::string> LoginOf(const Identity& identity) const;
  absl::Status SayWhere();
  void SayAddress(const std::string& login, std::string_view what);
  void SayWhatToTry();
  void Revive(SteadyTime now);
  DemoChaos MakeChaos();
  bool is_stopped() const { return stop_.requested(); }

  DemoOptions options_;
  std::ostream& out_;
  const Installation installation_;
  StopSignal stop_;
  std::optional<ScratchFolder> folder_;
  PageListener page_;
  std::unique_ptr<LocalFleet> fleet_;
  std::optional<DemoChaos> chaos_;
  std::map<std::string, SteadyTime> ended_;  // who, and when it was noticed
};

// A simulated machine keeps its state for a while; other tasks have recordings already.
absl::Status DashboardDemo::WriteRecordings() {
  if (!options_.data.empty()) return absl::OkStatus();
  const std::size_t count = std::min<std::size_t>(options_.devices, kMachineRecordings);
  for (std::size_t index = 0; index < count && !is_stopped(); ++index) {
    if (absl::Status status = WriteMachineRecording(index, folder_->path()); !status.ok()) {
      return status;
    }
  }
  options_.recordings = folder_->path();
  return absl::OkStatus();
}

absl::Status DashboardDemo::Plan() {
  const std::filesystem::path models = options_.models.empty()
                                           ? installation_.home / "models"
                                           : std::filesystem::absolute(options_.models);
  const std::optional<std::uint16_t> broker_port = FreePort(options_.broker_port);
  const std::optional<std::uint16_t> page_port = FreePort(options_.dashboard_port);
  if (!broker_port || !page_port) {
    return absl::InvalidArgumentError(
        fmt::format("port {} is in use: name another one, or leave it out",
                    broker_port ? options_.dashboard_port : options_.broker_port));
  }
  absl::StatusOr<ScratchFolder> folder = ScratchFolder::Make("demo");
  if (!folder.ok()) return folder.status();
  folder_ = *std::move(folder);
  if (absl::Status status = WriteRecordings(); !status.ok()) return status;
  auto readings = DemoReadings(options_.task, models, options_.data, folder_->path(), out_);
  if (!readings.ok()) return readings.status();
  options_.data = *std::move(readings);
  const absl::StatusOr<std::string> yaml = MakeDemoFleet(options_, models, *broker_port);
  if (!yaml.ok()) return yaml.status();

  page_ = {.port = *page_port,
           .folder = folder_->path() / kPage,
           .user = "demo",
           .password = NewPassword(),
           .topic_root = "biglittle/v1",
           .fleet = "demo"};
  auto fleet = LocalFleet::Make(installation_,
                                {.folder = folder_->path(),
                                 .yaml = *yaml,
                                 .persistent = options_.chaos,
                                 .others = {{Role::kDashboard, kReader}, {Role::kOperator, kDesk}},
                                 .page = page_});
  if (!fleet.ok()) return fleet.status();
  fleet_ = *std::move(fleet);
  const PageSettings settings{.url = fmt::format("ws://127.0.0.1:{}/mqtt", page_.port),
                              .login = true,
                              .steering = !options_.secure};
  return WritePage(installation_, fleet_->config(), settings, page_.folder);
}

// NAME:PASSWORD, as the page takes it from its address: of the one login that there is in the
// clear.
std::string DashboardDemo::OneLogin() const {
  return fmt::format("{}:{}", PercentEncoded(page_.user), PercentEncoded(page_.password));
}

// Of one that was provisioned.
absl::StatusOr<std::string> DashboardDemo::LoginOf(const Identity& identity) const {
  const auto password = ReadWholeFile(
      folder_->path() / kLabCredentials / RoleName(identity.role) / identity.id / "password", 1024);
  if (!password.ok()) return password.status();
  const std::string_view text = *password;
  return fmt::format("{}:{}", PercentEncoded(UserName(identity, fleet_->config().fleet)),
                     PercentEncoded(text.substr(0, text.find('\n'))));
}

// Mosquitto opens it after the listener by which it is known to be there.
absl::Status DashboardDemo::AwaitPage() {
  const SteadyTime deadline = steady_clock::now() + kPageTimeout;
  while (FreePort(page_.port)) {
    if (fleet_->broker().process().Poll() || steady_clock::now() > deadline) {
      return FailedWithLog("mosquitto does not serve the page; was it built with websockets?",
                           fleet_->broker().process().log());
    }
    std::this_thread::sleep_for(kTick);
  }
  return absl::OkStatus();
}

absl::Status DashboardDemo::StartFleet() {
  if (absl::Status status = fleet_->StartBroker(); !status.ok()) return status;
  if (absl::Status status = AwaitPage(); !status.ok()) return status;
  for (const WorkerConfig& worker : fleet_->config().workers) {
    if (absl::Status status = fleet_->StartWorker(worker.id); !status.ok()) return status;
  }
  // A process each, as far as that goes: so that one can be killed.
  if (absl::Status status = fleet_->StartDevices(kMachineRecordings); !status.ok()) return status;
  if (absl::Status status = SayWhere(); !status.ok()) return status;
  SayWhatToTry();
  if (options_.chaos) chaos_.emplace(MakeChaos());
  return absl::OkStatus();
}

void DashboardDemo::SayAddress(const std::string& login, std::string_view what) {
  fmt::print(out_, "  http://127.0.0.1:{}/#login={}{}\n", page_.port, login, what);
}

absl::Status DashboardDemo::SayWhere() {
  fmt::print(out_, "\n");
  if (options_.secure) {
    const auto desk = LoginOf({Role::kOperator, kDesk});
    if (!desk.ok()) return desk.status();
    const auto reader = LoginOf({Role::kDashboard, kReader});
    if (!reader.ok()) return reader.status();
    SayAddress(*desk, "   # an operator: reads and steers");
    SayAddress(*reader, "   # a dashboard: reads");
    fmt::print(out_,
               "\nDevices and workers speak TLS to the production configuration; the page, to this "
               "machine's own browser, does not. Each login has room for one page.\n");
  } else {
    SayAddress(OneLogin(), "");
    fmt::print(out_, "\n");
  }
  fmt::print(out_, "{} devices, {} workers, broker on 127.0.0.1:{}; Ctrl-C ends them all.\n",
             fleet_->config().devices.size(), fleet_->config().workers.size(),
             fleet_->config().broker.port);
  out_.flush();
  return absl::OkStatus();
}

void DashboardDemo::SayWhatToTry() {
  if (options_.chaos) return;
  const std::string& worker = fleet_->config().workers.front().id;
  const auto& [name, device] = *fleet_->processes().devices().begin();
  fmt::print(out_, "Kill one and watch; it comes back after {} s:\n", kAway.count());
  fmt::print(out_, "  kill -9 {}   # {}: the other worker takes over\n",
             fleet_->worker(worker).pid(), worker);
  fmt::print(out_, "  kill -9 {}   # {}\n", device.pid(), name);
  out_.flush();
}

DemoChaos DashboardDemo::MakeChaos() {
  const auto id = [this](std::size_t worker) { return fleet_->config().workers[worker].id; };
  DemoChaos::Actions actions;
  actions.kill_worker = [this, id](std::size_t worker) {
    fleet_->worker(id(worker)).Signal(SIGKILL);
  };
  actions.start_worker = [this, id](std::size_t worker) {
    static_cast<void>(fleet_->StartWorker(id(worker)));
  };
  actions.kill_broker = [this] { fleet_->KillBroker(); };
  actions.start_broker = [this] { static_cast<void>(fleet_->StartBroker()); };
  return {fleet_->config().workers.size(), std::move(actions), steady_clock::now()};
}

// Starts again who has been away for long enough.
void DashboardDemo::Revive(SteadyTime now) {
  const auto is_due = [&](const std::string& name, ChildProcess& process) {
    if (!process.Poll()) return false;
    const SteadyTime since = ended_.try_emplace(name, now).first->second;
    if (now - since < kAway) return false;
    ended_.erase(name);
    return true;
  };
  for (const WorkerConfig& worker : fleet_->config().workers) {
    if (!chaos_ && is_due(worker.id, fleet_->worker(worker.id))) {
      static_cast<void>(fleet_->StartWorker(worker.id));
    }
  }
  std::vector<std::string> devices;
  for (auto& [name, process] : fleet_->processes().devices()) {
    if (is_due(name, process)) devices.push_back(name);
  }
  for (const std::string& name : devices) static_cast<void>(fleet_->RestartDevices(name));
}

absl::Status DashboardDemo::KeepAlive() {
  while (!is_stopped()) {
    std::this_thread::sleep_for(kTick);
    const SteadyTime now = steady_clock::now();
    if (chaos_) chaos_->OnTime(now);
    if (!options_.chaos && fleet_->broker().process().Poll()) {
      folder_->Keep();
      return FailedWithLog("the broker has ended", fleet_->broker().process().log());
    }
    Revive(now);
  }
  return absl::OkStatus();
}

}  // namespace

int RunDashboardDemo(const DemoOptions& options, std::ostream& out, std::ostream& err) {
  DashboardDemo demo(options, out);
  for (const auto step :
       {&DashboardDemo::Plan, &DashboardDemo::StartFleet, &DashboardDemo::KeepAlive}) {
    if (const absl::Status status = (demo.*step)(); !status.ok()) {
      return EndCommand("demo", status, err);
    }
  }
  return kExitDone;
}

}  // namespace biglittle
