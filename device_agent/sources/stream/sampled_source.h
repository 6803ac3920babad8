// A live source that asks its sensor for a value now and then.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "absl/status/status.h"

#include "core/clock.h"
#include "device_agent/sources/live_source.h"
#include "device_agent/sources/stream/frame_feed.h"

namespace biglittle {

// Who implements it: the functions are called in turn, as often as the sensor has failed, on
// threads that may wait. Errors in one line that says what and where.
class FrameSampler {
 public:
  virtual ~FrameSampler() = default;

  virtual absl::Status Open() = 0;
  // Ends and forgets what Open opened, also where it failed. Throws nothing.
  virtual void Close() = 0;
  // Fills `frame`, a value a channel, with what the sensor says now. DataLoss: this one frame
  // cannot be had, the next may; anything else is the end of what Open opened.
  virtual absl::Status Sample(std::span<float> frame) = 0;
  // The source stops, on another thread than that which samples: a Sample that waits may give up,
  // with any error, which nobody hears. Called between Open and Close.
  virtual void Interrupt() {}
};

// Asks at a steady pace, with a thread of its own, from Start to Stop. Points of time that have
// passed while the sensor was slow are missing frames, never asked for later.
class SampledSource final : public LiveSource {
 public:
  // `channels` at least 1; `rate_hz`, positive, at which it is asked.
  SampledSource(std::unique_ptr<FrameSampler> sampler, std::unique_ptr<FrameFeed> feed,
                std::size_t channels, double rate_hz);
  ~SampledSource() override { Stop(); }

  absl::Status Start(SampleInbox& inbox) override;
  void Stop() override;

 private:
  void Run(SampleInbox& inbox);
  absl::Status SampleOnce();
  bool WaitUntil(SteadyTime time);  // false: it is to stop
  bool stopping();

  // Constant after construction.
  const std::unique_ptr<FrameSampler> sampler_;
  const std::unique_ptr<FrameFeed> feed_;
  const SteadyTime::duration period_;

  std::vector<float> frame_;  // the thread's

  std::mutex mutex_;
  std::condition_variable stopped_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace biglittle
