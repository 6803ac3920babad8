// An inbox that keeps what a live source puts, for who looks at it afterwards.
#pragma once

#include <cstdint>
#include <cstring>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"

#include "device_agent/sources/live_source.h"

namespace biglittle {

// What has come in, at one moment.
struct Kept {
  std::vector<Sample> samples;
  std::vector<SteadyTime> times;
  std::vector<std::string> reasons;  // of refusals
  std::vector<std::string> refusals;
  std::vector<std::string> off_rate;  // what was said of the rate
  std::uint64_t gap_values = 0;
  int spared = 0;
  std::optional<absl::Status> failure;
  bool ended = false;
};

// Thread-safe.
class KeptSamples final : public SampleInbox {
 public:
  void Put(Sample sample, SteadyTime captured_at) override {
    const std::lock_guard lock(mutex_);
    kept_.samples.push_back(std::move(sample));
    kept_.times.push_back(captured_at);
  }
  bool full() const override { return false; }
  void Gap(std::uint64_t values) override {
    const std::lock_guard lock(mutex_);
    kept_.gap_values += values;
  }
  void Refuse(std::string_view reason, const std::string& what) override {
    const std::lock_guard lock(mutex_);
    kept_.reasons.emplace_back(reason);
    kept_.refusals.push_back(what);
  }
  void OffRate(const std::string& what) override {
    const std::lock_guard lock(mutex_);
    kept_.off_rate.push_back(what);
  }
  void Spare() override {
    const std::lock_guard lock(mutex_);
    ++kept_.spared;
  }
  void Fail(absl::Status why) override {
    const std::lock_guard lock(mutex_);
    kept_.failure = std::move(why);
  }
  void End() override {
    const std::lock_guard lock(mutex_);
    kept_.ended = true;
  }

  Kept Now() const {
    const std::lock_guard lock(mutex_);
    return kept_;
  }

 private:
  mutable std::mutex mutex_;
  Kept kept_;
};

template <typename Number>
std::vector<Number> ValuesOf(const Sample& sample) {
  std::vector<Number> values(sample.window.data.size() / sizeof(Number));
  std::memcpy(values.data(), sample.window.data.data(), sample.window.data.size());
  return values;
}

}  // namespace biglittle
