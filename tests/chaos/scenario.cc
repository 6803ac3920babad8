#include "tests/chaos/scenario.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

namespace biglittle::chaos {
namespace {

using std::chrono::steady_clock;

constexpr Milliseconds kTurn{20};
// For whatever should come soon on a machine that is not ours alone.
constexpr std::chrono::seconds kPatience{120};
// How long nothing may move until a frozen broker has nothing more to tell.
constexpr Milliseconds kQuiet{100};
constexpr double kDeadlinesToMeet = 0.999;

SteadyTime Soon() { return steady_clock::now() + kPatience; }

std::uint64_t Above(std::uint64_t a, std::uint64_t b) { return a > b ? a - b : 0; }

// Calls `visit` with each device's id and how many readings it takes.
void ForEachDevice(const FleetOptions& options,
                   const std::function<void(const std::string&, std::uint64_t)>& visit) {
  for (const DeviceGroup& group : options.groups) {
    if (!group.runs) continue;
    for (int i = 1; i <= group.count; ++i) {
      visit(DeviceId(group, i), static_cast<std::uint64_t>(group.readings));
    }
  }
}

}  // namespace

Scenario::~Scenario() = default;

void Scenario::TearDown() {
  if (!finished_) Finish();
  if (row_.verdict.empty()) row_.verdict = HasFailure() ? "FAILED" : "ok";
  Report(row_);
}

void Scenario::Begin(const std::string& name, const FleetOptions& options, bool persistent) {
  name_ = name;
  begun_at_ = steady_clock::now();
  finished_ = false;
  stalls_.emplace();
  broker_.emplace(persistent);
  link_.emplace(broker_->port());
  fleet_.emplace(options, broker_->port(), link_->port());
  watcher_.emplace(FleetAt(broker_->port()));
}

void Scenario::SkipBecause(const std::string& name, const std::string& reason) {
  finished_ = true;
  row_.scenario = name;
  row_.verdict = "skipped: " + reason;
  GTEST_SKIP() << reason;
}

void Scenario::StartAll(const std::string& worker) {
  StartWorker(worker);
  AwaitWorker(worker);
  fleet_->StartDevices(fleet_->options().groups.front());
}

void Scenario::StartWorker(const std::string& id, bool other_model) {
  fleet_->StartWorker(id, other_model);
}

void Scenario::AwaitWorker(const std::string& id) {
  const SteadyTime deadline = Soon();
  const auto is_new = [&] {
    const std::string run = watcher_->OnlineRun(id);
    return !run.empty() && run != last_run_[id];
  };
  while (!is_new()) {
    ASSERT_LT(steady_clock::now(), deadline) << id << " does not come online";
    Turn();
  }
  last_run_[id] = watcher_->OnlineRun(id);
}

void Scenario::RestartWorker(const std::string& id) {
  fleet_->KillWorker(id);
  StartWorker(id);
  AwaitWorker(id);
}

// In an order in which the watcher misses nothing; see fleet_watcher.h.
void Scenario::RestartBroker() {
  link_->Refuse();
  broker_->Freeze();
  AwaitQuiet();
  const std::uint64_t connects = watcher_->connects();
  broker_->Kill();
  broker_->Restart();
  ASSERT_TRUE(watcher_->AwaitConnect(connects, Soon())) << "the watcher does not come back";
  link_->Restore();
}

// Everybody, the watcher above all, has read what the frozen broker had sent.
void Scenario::AwaitQuiet() {
  const SteadyTime deadline = Soon();
  std::uint64_t received = watcher_->received();
  SteadyTime quiet_since = steady_clock::now();
  while (steady_clock::now() - quiet_since < kQuiet) {
    ASSERT_LT(steady_clock::now(), deadline) << "a frozen broker's clients go on reading";
    watcher_->Take(steady_clock::now() + kTurn);
    if (watcher_->received() == received && broker_->UnreadByClients() == 0) continue;
    received = watcher_->received();
    quiet_since = steady_clock::now();
  }
}

void Scenario::Turn() {
  watcher_->Take(steady_clock::now() + kTurn);
  fleet_->SampleMemory();
}

bool Scenario::TakeUntil(const std::function<bool()>& condition) {
  const SteadyTime deadline = Soon();
  while (!condition()) {
    if (steady_clock::now() > deadline || !fleet_->AnyDeviceRunning()) return false;
    Turn();
  }
  return true;
}

bool Scenario::Progress(double share) {
  const auto goal = static_cast<std::uint64_t>(share * static_cast<double>(expected()));
  return TakeUntil([&] { return ledger().finals() >= goal; });
}

void Scenario::TakeFor(Milliseconds duration) {
  const SteadyTime end = steady_clock::now() + duration;
  while (steady_clock::now() < end) Turn();
}

std::uint64_t Scenario::expected() const {
  std::uint64_t sum = 0;
  ForEachDevice(fleet_->options(),
                [&](const std::string&, std::uint64_t readings) { sum += readings; });
  return sum;
}

void Scenario::Finish() {
  finished_ = true;
  const SteadyTime deadline = Soon();
  while (fleet_->AnyDeviceRunning() && steady_clock::now() < deadline) Turn();
  EXPECT_TRUE(watcher_->TakeAll(Soon())) << "harness: the watcher's own message does not come back";
  for (const std::string& problem : fleet_->DeviceProblems()) ADD_FAILURE() << problem;
  for (const std::string& problem : fleet_->StopWorkers()) ADD_FAILURE() << problem;
  row_ = MakeRow();
  Judge(row_);
}

Row Scenario::MakeRow() {
  Row row;
  row.scenario = name_;
  row.readings = expected();
  row.finals = ledger().finals();
  ForEachDevice(fleet_->options(), [&](const std::string& id, std::uint64_t readings) {
    row.lost += Above(readings, ledger().finals_of(id));
  });
  row.duplicates = ledger().duplicates();
  row.repeats = ledger().repeats();
  row.provisionals = ledger().provisionals();
  row.little = ledger().little();
  row.big = ledger().big();
  row.fallback = ledger().fallback();
  row.restarted = ledger().restarted();
  row.deadlines_met = ledger().deadlines_met();
  row.late_p99_ms = ledger().late_p99();
  row.agent_memory = fleet_->device_memory().worst();
  row.worker_memory = fleet_->worker_memory().worst();
  row.machine_stall_ms = stalls_->longest_ms();
  row.seconds = std::chrono::duration<double>(steady_clock::now() - begun_at_).count();
  return row;
}

void Scenario::Judge(const Row& row) {
  EXPECT_EQ(watcher_->dropped(), 0U) << "harness: the broker dropped messages by itself";
  EXPECT_EQ(watcher_->unreadable(), 0U) << "harness: results that nobody could count";
  EXPECT_EQ(row.lost, 0U);
  EXPECT_EQ(row.duplicates, 0U) << fmt::format("{}", fmt::join(ledger().examples(), "\n"));
  EXPECT_EQ(row.finals + row.lost, row.readings) << "more readings than the sources have";
  EXPECT_GE(row.deadlines_met, kDeadlinesToMeet) << fmt::format(
      "late by {:.0f} ms at the 99th percentile; the machine held up the harness "
      "itself for {:.0f} ms",
      row.late_p99_ms, row.machine_stall_ms);
  EXPECT_TRUE(!row.agent_memory || row.agent_memory->is_flat(allowed_mib_))
      << "an agent's memory grows";
  EXPECT_TRUE(!row.worker_memory || row.worker_memory->is_flat(allowed_mib_))
      << "a worker's memory grows";
  for (const auto& [reason, count] : ledger().fallback_reasons()) {
    fmt::print("  fallback {}: {}\n", reason, count);
  }
}

}  // namespace biglittle::chaos
