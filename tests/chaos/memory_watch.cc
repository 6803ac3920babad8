#include "tests/chaos/memory_watch.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

namespace biglittle::chaos {
namespace {

// By then nets are loaded, pools filled, and the worker's memory of past requests has its size.
constexpr std::chrono::seconds kWarmUp{5};
constexpr Milliseconds kBetweenSamples{200};

}  // namespace

std::optional<double> ResidentMiB(pid_t pid) {
  std::ifstream statm(fmt::format("/proc/{}/statm", pid));
  std::uint64_t total = 0;
  std::uint64_t resident = 0;
  if (!(statm >> total >> resident) || resident == 0) return std::nullopt;
  return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE)) / (1 << 20);
}

bool MemoryWatch::Growth::is_flat(double allowed_mib) const {
  return last_mib - first_mib < std::max(allowed_mib, 0.2 * first_mib);
}

void MemoryWatch::Sample(pid_t pid, SteadyTime now) {
  const auto [at, is_new] = processes_.try_emplace(pid, Process{now, now, {}});
  Process& process = at->second;
  if (!is_new && now - process.sampled_at < kBetweenSamples) return;
  process.sampled_at = now;
  if (now - process.seen_first < kWarmUp) return;
  const std::optional<double> resident = ResidentMiB(pid);
  if (!resident) return;
  if (!process.growth) process.growth = {*resident, *resident, *resident};
  process.growth->last_mib = *resident;
  process.growth->highest_mib = std::max(process.growth->highest_mib, *resident);
}

double MemoryWatch::highest_growth_mib() const {
  double highest = 0;
  for (const auto& [pid, process] : processes_) {
    if (!process.growth) continue;
    highest = std::max(highest, process.growth->highest_mib - process.growth->first_mib);
  }
  return highest;
}

std::optional<MemoryWatch::Growth> MemoryWatch::worst() const {
  std::optional<Growth> worst;
  for (const auto& [pid, process] : processes_) {
    if (!process.growth) continue;
    const auto grown = [](const Growth& growth) { return growth.last_mib - growth.first_mib; };
    if (!worst || grown(*process.growth) > grown(*worst)) worst = process.growth;
  }
  return worst;
}

}  // namespace biglittle::chaos
