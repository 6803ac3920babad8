#include "cloud_worker/models/model_store.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <utility>

#include "core/task/task_file.h"

namespace biglittle {
namespace {

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
  return options.backend->load(*task.value,
                               {.max_batch_size = options.max_batch_size,
                                .threads = options.compute_threads,
                                .clock = options.clock},
                               limited);
}

LoadSupervisor::Options SupervisorOptions(Milliseconds inference_timeout) {
  return {.limit = inference_timeout,
          .too_slow = fmt::format("its net takes longer than inference_timeout_ms {} for a batch: "
                                  "take a faster net, smaller batches or a longer time-out",
                                  inference_timeout.count()),
          .cancelled = "the worker stops"};
}

}  // namespace

ModelStore::ModelStore(Options options)
    : options_(std::move(options)),
      loading_(SupervisorOptions(options_.inference_timeout)),
      releases_(options_.releases) {}

absl::StatusOr<std::unique_ptr<ModelStore>> ModelStore::Load(Options options) {
  std::unique_ptr<ModelStore> store(new ModelStore(std::move(options)));
  for (const std::string& task : store->options_.tasks) {
    if (absl::Status loaded = store->LoadFirst(task); !loaded.ok()) return loaded;
  }
  return store;
}

absl::Status ModelStore::LoadFirst(const std::string& task) {
  VersionWatch& watch = watches_.try_emplace(task, WatchOptions(task)).first->second;
  return watch.Begin([&](const std::filesystem::path& folder) {
    Served model = LoadVersion(task, folder, nullptr);
    if (!model.ok()) return model.status();
    tasks_.emplace(task, (*model)->task());
    Serve(task, *std::move(model));
    return absl::OkStatus();
  });
}

VersionWatch::Options ModelStore::WatchOptions(const std::string& task) const {
  return {
      .folder = options_.models / task, .is_signed = options_.key.has_value(), .net = &Task::big};
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

std::vector<ModelStore::Change> ModelStore::Poll(const std::function<void()>& loading) {
  std::vector<Change> changes;
  for (auto& [name, watch] : watches_) {
    const std::string& task = name;
    std::string digest;  // of a version that took over: the last one that was tried
    const auto load = [&](const std::filesystem::path& folder) {
      if (loading) loading();
      Served model = LoadVersion(task, folder, &tasks_.at(task));
      if (!model.ok()) return model.status();
      digest = (*model)->task().big.sha256;
      Serve(task, *std::move(model));
      return absl::OkStatus();
    };
    for (const VersionWatch::Trial& trial : watch.Poll(load)) {
      changes.push_back({task, trial.folder, trial.loaded.ok() ? digest : "",
                         std::string(trial.loaded.message())});
    }
  }
  return changes;
}

void ModelStore::Serve(const std::string& task, std::shared_ptr<ServedModel> model) {
  Remember(model->task());
  const std::lock_guard lock(mutex_);
  serving_[task].swap(model);
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
