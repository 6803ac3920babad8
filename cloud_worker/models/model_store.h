// The big nets that a worker serves, and how they are replaced while it serves: new versions are
// found in the models folder, loaded and tried beside the old ones, and take over between two
// batches.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "cloud_worker/backends/backend_registry.h"
#include "cloud_worker/backends/served_model.h"
#include "cloud_worker/queue/work_item.h"
#include "core/clock.h"
#include "core/program/load_supervisor.h"
#include "core/signature.h"
#include "core/task/release_memory.h"
#include "core/task/task.h"
#include "core/task/version_watch.h"

namespace biglittle {

// Thread-safe, but for Poll: one thread calls it.
class ModelStore {
 public:
  struct Options {
    std::filesystem::path models;    // folder with one folder a task, with or without versions
    std::vector<std::string> tasks;  // their names, each once
    std::optional<PublicKey> key;    // versions must be signed; absent: need not
    // Of signed versions, those that were taken: see ReleaseMemory.
    std::optional<std::filesystem::path> releases;
    std::size_t max_batch_size = 1;
    std::size_t compute_threads = 1;
    // A version whose net takes longer for a batch is refused.
    Milliseconds inference_timeout{10'000};
    const Clock* clock = &Clock::Real();
    const Backend* backend = &DefaultBackend();
  };

  // What Poll did with a version that it had not seen like this before.
  struct Change {
    std::string task;
    std::filesystem::path folder;
    std::string digest;   // of the net that serves from now on; empty: the old one still does
    std::string problem;  // why, if so
  };

  // Of each task the highest version that loads, and is signed as no older release than the last
  // one taken where there is a key. The error is that of the highest, one line each, if none does.
  static absl::StatusOr<std::unique_ptr<ModelStore>> Load(Options options);

  // As they were first loaded; later versions have the same labels and input.
  const std::map<std::string, Task>& tasks() const { return tasks_; }
  // Task -> digest of the net that serves now.
  std::map<std::string, std::string> Digests() const;

  // One answer for each item. `batch.task` is one of tasks(). Does not touch the store any more
  // once it computes, so that it may hang for longer than the store lives.
  std::vector<Answer> Classify(Batch batch);

  // Loads a net in place of one that a hung thread keeps.
  absl::Status Renew(const std::string& task);

  // Of the versions that serve, those that IsExpired, a sentence each.
  std::vector<std::string> Expired(WallTime now) const;

  // What is being loaded is left behind (LoadSupervisor), and nothing is loaded any more.
  void StopLoading() { loading_.Cancel(); }

  // Looks at every task's folder once, by VersionWatch::Poll. `loading` is called before a version
  // is loaded, which may take seconds.
  std::vector<Change> Poll(const std::function<void()>& loading = {});

 private:
  using Served = absl::StatusOr<std::shared_ptr<ServedModel>>;

  explicit ModelStore(Options options);

  absl::Status LoadFirst(const std::string& task);
  VersionWatch::Options WatchOptions(const std::string& task) const;
  // `serving`: what it must be able to replace; nullptr: nothing. Throws nothing.
  Served LoadVersion(const std::string& task, const std::filesystem::path& folder,
                     const Task* serving);
  std::optional<std::uint64_t> NewestRelease(const std::string& task) const;
  void Remember(const Task& task);
  // From now on. The old one is freed by whoever uses it last.
  void Serve(const std::string& task, std::shared_ptr<ServedModel> model);
  std::shared_ptr<ServedModel> Serving(const std::string& task) const;

  // Constant after Load.
  const Options options_;
  std::map<std::string, Task> tasks_;

  LoadSupervisor loading_;
  ReleaseMemory releases_;

  std::map<std::string, VersionWatch> watches_;  // by task; Poll's own

  // Protected by mutex_.
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<ServedModel>> serving_;
};

}  // namespace biglittle
