#include "cli/demo/demo_chaos.h"

#include <utility>

namespace biglittle {
namespace {

// The first comes when the broker has written its sessions down.
constexpr Milliseconds kFirstBroker{3500};
constexpr Milliseconds kFirstWorker{1500};
constexpr int kLeastWorkerMs = 1000;
constexpr int kMostWorkerMs = 2500;
constexpr int kLeastBrokerMs = 4000;
constexpr int kMostBrokerMs = 7000;
constexpr Milliseconds kWorkerDown{500};
constexpr Milliseconds kBrokerDown{300};

}  // namespace

DemoChaos::DemoChaos(std::size_t workers, Actions actions, SteadyTime begin)
    : workers_(workers),
      actions_(std::move(actions)),
      next_worker_(begin + kFirstWorker),
      next_broker_(begin + kFirstBroker) {}

void DemoChaos::OnTime(SteadyTime now) {
  if (ended_) return;
  if (now >= next_worker_ && worker_is_down_) {
    actions_.start_worker(worker_);
    worker_is_down_ = false;
    next_worker_ =
        now + Milliseconds(static_cast<int>(random_.Uniform(kLeastWorkerMs, kMostWorkerMs)));
  } else if (now >= next_worker_) {
    worker_ = random_.Below(workers_);
    actions_.kill_worker(worker_);
    worker_is_down_ = true;
    ++workers_killed_;
    next_worker_ = now + kWorkerDown;
  }
  if (now >= next_broker_ && broker_is_down_) {
    actions_.start_broker();
    broker_is_down_ = false;
    next_broker_ =
        now + Milliseconds(static_cast<int>(random_.Uniform(kLeastBrokerMs, kMostBrokerMs)));
  } else if (now >= next_broker_) {
    actions_.kill_broker();
    broker_is_down_ = true;
    ++brokers_killed_;
    next_broker_ = now + kBrokerDown;
  }
}

void DemoChaos::End() {
  if (std::exchange(ended_, true)) return;
  if (broker_is_down_) actions_.start_broker();
  if (worker_is_down_) actions_.start_worker(worker_);
}

}  // namespace biglittle
