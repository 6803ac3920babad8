#include "cli/lab/device_processes.h"

#include <fmt/format.h>
#include <signal.h>

#include <utility>

namespace biglittle {

absl::StatusOr<std::vector<ChildProcess>> StartDeviceProcesses(
    const Installation& installation, const std::filesystem::path& file,
    const std::vector<std::string>& ids, std::size_t processes,
    const std::filesystem::path& folder) {
  std::vector<ChildProcess> started;
  for (std::size_t process = 0; process < processes; ++process) {
    const std::size_t first = ids.size() * process / processes;
    const std::size_t end = ids.size() * (process + 1) / processes;
    std::vector<std::string> arguments{(installation.programs / "device_agent").string(),
                                       "--config", file.string()};
    for (std::size_t i = first; i < end; ++i) {
      arguments.emplace_back("--device");
      arguments.push_back(ids[i]);
    }
    const std::string name =
        end - first == 1 ? ids[first] : fmt::format("{}-to-{}", ids[first], ids[end - 1]);
    absl::StatusOr<ChildProcess> child = ChildProcess::Start(arguments, folder / (name + ".log"));
    if (!child.ok()) return child.status();
    started.push_back(*std::move(child));
  }
  return started;
}

void EndProcesses(std::vector<ChildProcess>& processes, Milliseconds grace) {
  for (ChildProcess& process : processes) process.Signal(SIGTERM);
  for (ChildProcess& process : processes) process.Terminate(grace);
}

}  // namespace biglittle
