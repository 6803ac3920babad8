// One version of a task's big net as it serves: the seam between the worker and whatever computes.
// A backend is a folder beside this file that implements it, and a row in backend_registry.cc.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "cloud_worker/queue/work_item.h"
#include "core/clock.h"
#include "core/program/load_supervisor.h"
#include "core/task/task.h"

namespace biglittle {

// Thread-safe. Shared by the store and by the batches that are being computed with it, so that a
// version can be replaced while they run: the last of them frees it.
//
// What an implementor must do: answer whatever comes, in bounded memory; touch nothing of the
// worker's but what it was given, for Classify and Renew may hang for longer than the worker lives;
// run what computes during a load as a limited part, so that a net that does not come to an end is
// found out before it serves.
class ServedModel {
 public:
  ServedModel() = default;
  virtual ~ServedModel() = default;
  ServedModel(const ServedModel&) = delete;
  ServedModel& operator=(const ServedModel&) = delete;

  // As it was loaded.
  virtual const Task& task() const = 0;

  // One answer for each item of the batch, in its order. Items that have expired are not computed,
  // and what one item makes of the net is not let into the others' answers (BatchAnswers sees to
  // both). At most ModelOptions::threads call it at once, each with 1 to max_batch_size items: of
  // one more the readings are refused as internal.
  virtual std::vector<Answer> Classify(Batch batch) = 0;

  // One more thread may call Classify, in place of one that hangs and may never come back.
  virtual absl::Status Renew(const LoadSupervisor::Limited& limited) = 0;
};

struct ModelOptions {
  std::size_t max_batch_size = 1;
  std::size_t threads = 1;              // that call Classify at once
  const Clock* clock = &Clock::Real();  // outlives the model
};

struct Backend {
  std::string_view name;
  // Loads the task's big net and warms it, so that the first request finds its memory touched. May
  // take for ever, where a net that nobody has tried does. The error is one line: what is wrong
  // with which file.
  absl::StatusOr<std::shared_ptr<ServedModel>> (*load)(const Task& task,
                                                       const ModelOptions& options,
                                                       const LoadSupervisor::Limited& limited);
};

}  // namespace biglittle
