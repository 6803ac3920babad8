// Runs the loading of models on threads of its own, so that whoever waits for it can stop waiting:
// a net that nobody has tried may compute for ever, and cannot be ended from outside.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"

#include "core/clock.h"

namespace biglittle {

// Thread-safe.
class LoadSupervisor {
 public:
  // For the parts of the work that must end within the limit, each: runs one. False, and not run:
  // nobody waits for the work any more, which should end soon.
  using Limited = std::function<bool(const std::function<void()>& part)>;
  // May outlive the supervisor: it owns, or shares, all that it uses.
  using Work = std::function<absl::Status(const Limited& limited)>;

  struct Options {
    // Of each limited part. Time in which the whole process was suspended does not count.
    Milliseconds limit{10'000};
    // What Run says of a part that took longer, and after Cancel, in words for people.
    std::string too_slow;
    std::string cancelled;
  };

  explicit LoadSupervisor(Options options);

  // What the work returns, or the exception that it ended by. DeadlineExceeded: a limited part took
  // longer. Cancelled: Cancel came. In both cases its thread is left behind.
  absl::Status Run(Work work);

  // Every Run returns soon, now and later.
  void Cancel();

  // Threads of the process that were left behind and still run: it must end without destroying what
  // they may use.
  static std::size_t left_behind();

 private:
  struct Shared;
  struct Job;

  static void Start(const std::shared_ptr<Shared>& shared, const std::shared_ptr<Job>& job,
                    Work work);

  const std::shared_ptr<Shared> shared_;
};

}  // namespace biglittle
