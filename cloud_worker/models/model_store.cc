#include "cloud_worker/models/model_store.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <system_error>
#include <utility>

#include "core/digest.h"
#include "core/task/task_file.h"
#include "core/task/task_versions.h"

namespace biglittle {
namespace {

// Devices and queued readings were checked against the version that serves.
absl::Status CheckSameInterface(const Task& old, const Task& fresh) {
  const char* what = nullptr;
  if (fresh.name != old.name) what = "name";
  if (fresh.labels != old.labels) what = "labels";
  if (fresh.input_dtype != old.input_dtype) what = "input dtype";
  if (fresh.input_shape != old.input_shape) what = "input shape";
  if (what == nullptr) return absl::OkStatus();
  return absl::FailedPreconditionError(
      fmt::format("its {} is not that of the version that serves: restart the workers and devices "
                  "to change it",
                  what));
}

// What a version must be able to follow.
struct Before {
  std::optional<Task> serving;
  std::optional<std::uint64_t> release;
};

absl::Status CheckFollows(const Before& before, const Task& task) {
  if (before.serving) {
    if (absl::Status same = CheckSameInterface(*before.serving, task); !same.ok()) return same;
  }
  return CheckRelease(task, before.release);
}

absl::StatusOr<std::shared_ptr<ServedModel>> LoadChecked(const ModelStore::Options& options,
                                                         const std::filesystem::path& folder,
                                                         const Before& before,
                                                         const LoadSupervisor::Limited& limited) {
  const Parsed<Task> task = LoadSignedTask(folder / "task.yaml", options.key);
  if (!task.ok()) return absl::InvalidArgumentError(ToString(task.problems));
  if (absl::Status follows = CheckFollows(before, *task.value); !follows.ok()) return follows;
  return ServedModel::Load(*task.value, options.max_batch_size, options.compute_threads,
                           *options.clock, limited);
}

}  // namespace

absl::StatusOr<std::unique_ptr<ModelStore>> ModelStore::Load(Options options) {
  std::unique_ptr<ModelStore> store(new ModelStore(std::move(options)));
  for (const std::string& task : store->options_.tasks) {
    if (absl::Status loaded = store->LoadFirst(task); !loaded.ok()) return loaded;
  }
  return store;
}

absl::Status ModelStore::LoadFirst(const std::string& task) {
  absl::Status problem;
  for (const std::filesystem::path& folder : TaskVersions(options_.models / task)) {
    Fingerprint fingerprint = FingerprintOf(folder);
    Served model = LoadVersion(task, folder, nullptr);
    if (model.ok()) {
      Remember((*model)->task());
      tasks_.emplace(task, (*model)->task());
      serving_.emplace(task, *std::move(model));
      origins_[task] = {folder, std::move(fingerprint), {}};
      return absl::OkStatus();
    }
    problem.Update(model.status());
  }
  return problem;
}

// Cheap enough to be taken every second: the net's file, which may be large, is not read.
ModelStore::Fingerprint ModelStore::FingerprintOf(const std::filesystem::path& folder) const {
  const auto digest = Sha256OfFile(folder / "task.yaml");
  std::string fingerprint = digest.ok() ? *digest : "none";
  if (options_.key) {
    const auto signature = Sha256OfFile(SignaturePath(folder / "task.yaml"));
    fingerprint += " " + (signature.ok() ? *signature : "none");
  }
  const Parsed<Task> task = LoadTask(folder / "task.yaml");
  if (!task.ok()) return fingerprint;
  std::error_code error;
  const auto size = std::filesystem::file_size(task.value->big.file, error);
  if (error) return fingerprint;
  const auto written = std::filesystem::last_write_time(task.value->big.file, error);
  if (error) return fingerprint;
  return fmt::format("{} {} {}", fingerprint, size, written.time_since_epoch().count());
}

// What cannot be read is as if it were not there: whoever could spoil it could remove it as well.
std::optional<std::uint64_t> ModelStore::NewestRelease(const std::string& task) const {
  const auto newest = releases_.Newest(task);
  if (newest.ok()) return *newest;
  spdlog::error("the release of task {} that was taken last is not known: {}", task,
                std::string(newest.status().message()));
  return std::nullopt;
}

void ModelStore::Remember(const Task& task) {
  if (!options_.key) return;
  if (const absl::Status written = releases_.Take(task); !written.ok()) {
    spdlog::error("release {} of task {} is remembered until this worker ends only: {}",
                  task.release.value_or(0), task.name, std::string(written.message()));
  }
}

std::vector<std::string> ModelStore::Expired(WallTime now) const {
  std::vector<std::string> sentences;
  const std::lock_guard lock(mutex_);
  for (const auto& [name, model] : serving_) {
    if (model->task().IsExpired(now)) sentences.push_back(ExpirySentence(model->task()));
  }
  return sentences;
}

ModelStore::Served ModelStore::LoadVersion(const std::string& task,
                                           const std::filesystem::path& folder,
                                           const Task* serving) {
  const auto loaded = std::make_shared<Served>(absl::InternalError("not loaded"));
  // Copies, for it may be left behind.
  const Before before{serving == nullptr ? std::nullopt : std::optional(*serving),
                      options_.key ? NewestRelease(task) : std::nullopt};
  const absl::Status ended =
      loading_.Run([loaded, folder, before, options = options_](const auto& limited) {
        *loaded = LoadChecked(options, folder, before, limited);
        return loaded->status();
      });
  if (absl::IsDeadlineExceeded(ended) || absl::IsCancelled(ended)) {  // the supervisor's words
    return absl::Status(ended.code(),
                        fmt::format("{}: {}", folder.string(), std::string(ended.message())));
  }
  if (!ended.ok()) return ended;
  return *std::move(*loaded);
}

std::vector<ModelStore::Change> ModelStore::LookForChanges(const std::function<void()>& loading) {
  std::vector<Change> changes;
  for (const auto& [task, unused] : tasks_) Look(task, loading, changes);
  return changes;
}

void ModelStore::Look(const std::string& task, const std::function<void()>& loading,
                      std::vector<Change>& changes) {
  Origin& origin = origins_.at(task);
  std::map<std::filesystem::path, Fingerprint> refused;  // forgets folders that are gone
  for (const std::filesystem::path& folder : TaskVersions(options_.models / task)) {
    Fingerprint fingerprint = FingerprintOf(folder);
    const bool serves = folder == origin.folder;
    if (serves && fingerprint == origin.fingerprint) break;
    const auto known = origin.refused.find(folder);
    if (known == origin.refused.end() || known->second != fingerprint) {
      if (loading) loading();
      Served model = LoadVersion(task, folder, &tasks_.at(task));
      if (model.ok()) {
        Remember((*model)->task());
        changes.push_back({task, folder, (*model)->task().big.sha256, ""});
        origin.folder = folder;
        origin.fingerprint = std::move(fingerprint);
        Replace(task, *std::move(model));
        break;
      }
      changes.push_back({task, folder, "", std::string(model.status().message())});
    }
    refused.insert_or_assign(folder, std::move(fingerprint));
    // The version that serves lives on in memory, whatever became of its files: none below it.
    if (serves) break;
  }
  origin.refused = std::move(refused);
}

void ModelStore::Replace(const std::string& task, std::shared_ptr<ServedModel> model) {
  const std::lock_guard lock(mutex_);
  serving_.at(task).swap(model);
}

std::shared_ptr<ServedModel> ModelStore::Serving(const std::string& task) const {
  const std::lock_guard lock(mutex_);
  return serving_.at(task);
}

std::map<std::string, std::string> ModelStore::Digests() const {
  std::map<std::string, std::string> digests;
  const std::lock_guard lock(mutex_);
  for (const auto& [task, model] : serving_) digests.emplace(task, model->task().big.sha256);
  return digests;
}

std::vector<Answer> ModelStore::Classify(Batch batch) {
  const std::shared_ptr<ServedModel> model = Serving(batch.task);
  return model->Classify(std::move(batch));
}

absl::Status ModelStore::Renew(const std::string& task) {
  return loading_.Run(
      [model = Serving(task)](const auto& limited) { return model->Renew(limited); });
}

}  // namespace biglittle
