// One net for many users that need it now and then: as many classifiers as can compute at a time,
// not one a user. What few of them compute in also stays in the cache.
//
// Thread-safe.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "core/task/task.h"
#include "nn/classifier.h"

namespace biglittle::nn {

class ClassifierPool {
 public:
  // One net for one user until it goes.
  class Lease {
   public:
    Lease(ClassifierPool& pool, Classifier* net) : pool_(pool), net_(net) {}
    ~Lease() { pool_.Return(net_); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    Classifier* operator->() const { return net_; }
    Classifier& operator*() const { return *net_; }

   private:
    ClassifierPool& pool_;
    Classifier* const net_;
  };

  // Loads `net`, which is task.little or task.big, for one reading at a time; errors as
  // Classifier::Load.
  static absl::StatusOr<std::shared_ptr<ClassifierPool>> Load(const Task& task,
                                                              const NetDescription& net);

  // There is one user more. Adds a net, as long as there are fewer than cores and users.
  // Unavailable: no memory for it.
  absl::Status AddUser();
  std::size_t nets();
  // Waits for one that is free: at most while others compute.
  Lease Take();

 private:
  explicit ClassifierPool(Classifier first);
  void Return(Classifier* net);

  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<std::unique_ptr<Classifier>> nets_;
  std::vector<Classifier*> free_;  // the last returned, whose memory is warm, at the end
  std::size_t users_ = 0;
};

}  // namespace biglittle::nn
