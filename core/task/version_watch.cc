#include "core/task/version_watch.h"

#include <fmt/format.h>

#include <system_error>

#include "core/digest.h"
#include "core/signature.h"
#include "core/task/task_file.h"
#include "core/task/task_versions.h"

namespace biglittle {

absl::Status CheckSameInterface(const Task& serving, const Task& fresh) {
  const char* what = nullptr;
  if (fresh.name != serving.name) what = "name";
  if (fresh.labels != serving.labels) what = "labels";
  if (fresh.input_dtype != serving.input_dtype) what = "input dtype";
  if (fresh.input_shape != serving.input_shape) what = "input shape";
  if (fresh.escalate != serving.escalate) what = "'escalate'";
  // Devices of the version that serves send the features of their own little net.
  if (serving.EscalatesFeatures() && fresh.EscalatesFeatures() &&
      fresh.little.sha256 != serving.little.sha256) {
    what = "little net, whose features are escalated,";
  }
  if (what == nullptr) return absl::OkStatus();
  return absl::FailedPreconditionError(
      fmt::format("its {} is not that of the version that serves: restart the workers and devices "
                  "to change it",
                  what));
}

absl::Status VersionWatch::Begin(const Load& load) {
  absl::Status problem;
  for (const std::filesystem::path& folder : TaskVersions(options_.folder)) {
    Fingerprint fingerprint = FingerprintOf(folder);
    const absl::Status loaded = load(folder);
    if (loaded.ok()) {
      folder_ = folder;
      fingerprint_ = std::move(fingerprint);
      return loaded;
    }
    problem.Update(loaded);
  }
  return problem;
}

std::vector<VersionWatch::Trial> VersionWatch::Poll(const Load& load) {
  std::vector<Trial> trials;
  std::map<std::filesystem::path, Fingerprint> refused;  // forgets folders that are gone
  for (const std::filesystem::path& folder : TaskVersions(options_.folder)) {
    Fingerprint fingerprint = FingerprintOf(folder);
    const bool serves = folder == folder_;
    if (serves && fingerprint == fingerprint_) break;
    const auto known = refused_.find(folder);
    if (known == refused_.end() || known->second != fingerprint) {
      trials.push_back({folder, load(folder)});
      if (trials.back().loaded.ok()) {
        folder_ = folder;
        fingerprint_ = std::move(fingerprint);
        break;
      }
    }
    refused.insert_or_assign(folder, std::move(fingerprint));
    // The version that serves lives on in memory, whatever became of its files: none below it.
    if (serves) break;
  }
  refused_ = std::move(refused);
  return trials;
}

// The net's file, which may be large, is not read.
VersionWatch::Fingerprint VersionWatch::FingerprintOf(const std::filesystem::path& folder) const {
  const auto digest = Sha256OfFile(folder / "task.yaml");
  Fingerprint fingerprint = digest.ok() ? *digest : "none";
  if (options_.is_signed) {
    const auto signature = Sha256OfFile(SignaturePath(folder / "task.yaml"));
    fingerprint += " " + (signature.ok() ? *signature : "none");
  }
  const Parsed<Task> task = LoadTask(folder / "task.yaml");
  if (!task.ok()) return fingerprint;
  const std::filesystem::path& file = ((*task.value).*options_.net).file;
  std::error_code error;
  const auto size = std::filesystem::file_size(file, error);
  if (error) return fingerprint;
  const auto written = std::filesystem::last_write_time(file, error);
  if (error) return fingerprint;
  return fmt::format("{} {} {}", fingerprint, size, written.time_since_epoch().count());
}

}  // namespace biglittle
