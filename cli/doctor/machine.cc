#include "cli/doctor/machine.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/timex.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <initializer_list>
#include <string_view>
#include <thread>

#include "core/date_time.h"
#include "core/plural_words.h"
#include "core/version.h"
#include "nn/kernel/blas.h"
#include "nn/simd/instructions.h"

namespace biglittle {
namespace {

using Grade = Finding::Grade;

constexpr std::uint64_t kMegabyte = 1'000'000;
// An agent with one of the shipped nets takes some 20 MB.
constexpr std::uint64_t kLittleMemory = 64 * kMegabyte;
// Before it nothing of this was written: the clock was never set.
constexpr std::chrono::sys_days kFirstDay{std::chrono::year{2025} / 1 / 1};
constexpr std::uint64_t kUsualDescriptors = 1024;

// The value of the first line of /proc's `file` that begins with one of `names`.
std::string ProcValue(const char* file, std::initializer_list<std::string_view> names) {
  std::ifstream lines(file);
  for (std::string line; std::getline(lines, line);) {
    for (const std::string_view name : names) {
      const std::size_t colon = line.find(':');
      if (line.starts_with(name) && colon != std::string::npos) {
        const std::size_t begin = line.find_first_not_of(" \t", colon + 1);
        return begin == std::string::npos ? "" : line.substr(begin);
      }
    }
  }
  return "";
}

std::uint64_t FreeMemory() {
  const std::string value = ProcValue("/proc/meminfo", {"MemAvailable"});
  return value.empty() ? 0 : std::strtoull(value.c_str(), nullptr, 10) * 1024;
}

bool IsClockSynchronised() {
  timex state{};
  return adjtimex(&state) != -1 && (static_cast<unsigned>(state.status) & STA_UNSYNC) == 0;
}

std::uint64_t Descriptors() {
  rlimit limit{};
  return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 0;
}

Finding OfProcessor(const MachineState& machine) {
  const std::string text = fmt::format("{}, {}; the engine uses {}",
                                       machine.processor.empty() ? "unnamed" : machine.processor,
                                       PluralWords(machine.cores, "core"), machine.instructions);
  if (machine.instructions != "SCALAR" && machine.instructions != "EMU128") {
    return {Grade::kWell, "processor", text, ""};
  }
  return {Grade::kNotice, "processor", text + ", that is no vector instructions",
          "expect the nets to take several times as long: measure with biglittle bench nn"};
}

Finding OfMemory(const MachineState& machine) {
  if (machine.free_memory == 0) return {Grade::kNotice, "memory", "it cannot be read", ""};
  const std::string text = fmt::format("{} MB are free", machine.free_memory / kMegabyte);
  if (machine.free_memory >= kLittleMemory) return {Grade::kWell, "memory", text, ""};
  return {Grade::kTrouble, "memory", text,
          "end what else runs here, or take a smaller net: an agent with a shipped one takes some "
          "20 MB"};
}

Finding OfBlas(const MachineState& machine) {
  if (machine.has_blas) return {Grade::kWell, "OpenBLAS", "it is there", ""};
  return {
      Grade::kNotice, "OpenBLAS",
      "it is not there: nets that multiply two computed matrices are refused (no shipped one does)",
      "apt-get install libopenblas0-pthread, if you have such a net"};
}

Finding OfClock(const MachineState& machine) {
  const std::string text = ToDateTime(machine.now);
  if (machine.now < kFirstDay) {
    return {Grade::kTrouble, "clock", text + ": it was never set, no certificate is valid",
            "systemctl enable --now systemd-timesyncd, or add a real-time clock"};
  }
  if (machine.is_clock_synchronised) return {Grade::kWell, "clock", text + ", synchronised", ""};
  return {
      Grade::kNotice, "clock", text + ", and nothing says that it is synchronised",
      "apt-get install systemd-timesyncd (or chrony): certificates and the times of results hang "
      "on it, deadlines do not"};
}

Finding OfDescriptors(const MachineState& machine) {
  const std::string text = fmt::format("a process may open {}", machine.descriptors);
  if (machine.descriptors >= kUsualDescriptors) return {Grade::kWell, "descriptors", text, ""};
  return {Grade::kNotice, "descriptors", text + ", which is few",
          "raise it: LimitNOFILE= of the unit, or ulimit -n"};
}

Finding OfHome(const MachineState& machine) {
  const std::string text =
      fmt::format("BigLittle {}, its models and settings in {}", Version(), machine.home.string());
  if (machine.is_home_complete) return {Grade::kWell, "installation", text, ""};
  return {
      Grade::kNotice, "installation", text + ", of which some are missing",
      "apt-get install biglittle biglittle-models, or set BIGLITTLE_HOME to the folder that has "
      "broker_config and models"};
}

}  // namespace

MachineState LookAtMachine(const Installation& installation) {
  MachineState machine;
  machine.processor = ProcValue("/proc/cpuinfo", {"model name", "Model", "Hardware"});
  machine.instructions = nn::simd::ChosenInstructions();
  machine.cores = std::max(1U, std::thread::hardware_concurrency());
  machine.free_memory = FreeMemory();
  machine.has_blas = nn::LoadBlas().ok();
  machine.now = Clock::Real().WallNow();
  machine.is_clock_synchronised = IsClockSynchronised();
  machine.descriptors = Descriptors();
  machine.home = installation.home;
  std::error_code error;
  machine.is_home_complete = std::filesystem::is_directory(machine.home / "broker_config", error) &&
                             std::filesystem::is_directory(machine.home / "models", error);
  return machine;
}

std::vector<Finding> JudgeMachine(const MachineState& machine) {
  return {OfHome(machine),   OfProcessor(machine), OfBlas(machine),
          OfMemory(machine), OfClock(machine),     OfDescriptors(machine)};
}

}  // namespace biglittle
