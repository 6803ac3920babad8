// What a device's last readings were, for its status: shares and medians of now, where counters say
// how it was since the start.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "wire/messages/result.h"
#include "wire/messages/status.h"

namespace biglittle {

// Pure. Not thread-safe. To add costs as good as nothing; who asks pays.
class RecentOutcomes {
 public:
  static constexpr std::size_t kMost = 256;

  void Add(const wire::Result& final_result) {
    ring_[added_++ % kMost] = {final_result.decided_by,
                               static_cast<float>(final_result.round_trip_ms.value_or(-1.0))};
  }

  // nullopt before the first. Rounded to what people look at: a thousandth, and 0.01 ms.
  std::optional<wire::RecentReadings> Summary() const {
    if (added_ == 0) return std::nullopt;
    const std::size_t count = std::min(added_, kMost);
    std::vector<float> round_trips;
    std::size_t little = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (ring_[i].decided_by == wire::DecidedBy::kLittle) ++little;
      if (ring_[i].round_trip_ms >= 0) round_trips.push_back(ring_[i].round_trip_ms);
    }
    wire::RecentReadings summary{
        static_cast<std::uint32_t>(count),
        std::string(wire::Name(ring_[(added_ - 1) % kMost].decided_by)),
        Rounded(1.0 - static_cast<double>(little) / static_cast<double>(count), 1000),
        std::nullopt};
    if (!round_trips.empty()) summary.round_trip_ms = Rounded(Median(round_trips), 100);
    return summary;
  }

 private:
  struct Reading {
    wire::DecidedBy decided_by = wire::DecidedBy::kLittle;
    float round_trip_ms = -1;  // below 0: none
  };

  static double Rounded(double value, double steps) { return std::round(value * steps) / steps; }
  static double Median(std::vector<float>& values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
  }

  std::array<Reading, kMost> ring_;
  std::size_t added_ = 0;
};

}  // namespace biglittle
