#include "core/program/process_metrics.h"

#include <sys/resource.h>
#include <unistd.h>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

#include "core/version.h"

namespace biglittle {
namespace {

double Seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

std::vector<Measurement> ProcessMeasurements() {
  std::vector<Measurement> all;
  all.push_back({"biglittle_build_info",
                 "The release that runs, as a label.",
                 MetricKind::kGauge,
                 {{"version", std::string(Version())}},
                 1});
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) == 0) {
    all.push_back({"process_cpu_seconds_total",
                   "Processor time, user and system.",
                   MetricKind::kCounter,
                   {},
                   Seconds(usage.ru_utime) + Seconds(usage.ru_stime)});
  }
  std::ifstream statm("/proc/self/statm");
  double size = 0;
  double resident = 0;
  if (statm >> size >> resident) {
    all.push_back({"process_resident_memory_bytes",
                   "Memory in use.",
                   MetricKind::kGauge,
                   {},
                   resident * static_cast<double>(sysconf(_SC_PAGESIZE))});
  }
  std::error_code error;
  std::size_t descriptors = 0;
  for (std::filesystem::directory_iterator at("/proc/self/fd", error), end; !error && at != end;
       at.increment(error)) {
    ++descriptors;
  }
  if (!error) {
    // One of them was the folder's own.
    all.push_back({"process_open_fds",
                   "Open file descriptors.",
                   MetricKind::kGauge,
                   {},
                   static_cast<double>(descriptors) - 1});
  }
  return all;
}

}  // namespace biglittle
