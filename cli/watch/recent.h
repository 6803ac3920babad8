// What the last readings of a device were, in rings of fixed length: those of the console
// (dashboard/src/store/recent.ts).
//
// Not thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "wire/messages/result.h"

namespace biglittle {

// Who decided the last ones.
class RecentDecisions {
 public:
  static constexpr std::size_t kMost = 256;

  void Add(wire::DecidedBy decided_by);
  std::size_t total() const { return total_; }
  double Share(wire::DecidedBy decided_by) const;
  // Of readings that the little net did not settle by itself.
  double Escalated() const;

 private:
  std::array<wire::DecidedBy, kMost> ring_{};
  std::array<std::size_t, 3> counts_{};
  std::size_t next_ = 0;
  std::size_t total_ = 0;
};

// How long the last answers of the big net took to come, in milliseconds.
class RecentRoundTrips {
 public:
  void Add(double ms);
  std::optional<double> Median() const;

 private:
  std::array<float, 64> ring_{};
  std::size_t next_ = 0;
  std::size_t count_ = 0;
};

// The class that most of the last ones have, for devices that publish no state.
class RecentLabels {
 public:
  void Add(std::string_view label, WallTime now);
  // Empty: there was none yet.
  const std::string& majority() const { return majority_; }
  WallTime since() const { return since_; }

 private:
  std::array<std::string, 9> ring_;
  std::size_t next_ = 0;
  std::size_t count_ = 0;
  std::string majority_;
  WallTime since_;
};

// The names of the last ones, for delivery is at least once.
class RecentNames {
 public:
  // False if it was there before.
  bool Add(std::string_view run, std::uint64_t sequence);

 private:
  std::array<std::uint64_t, 128> ring_{};
  std::size_t next_ = 0;
  std::size_t count_ = 0;
};

}  // namespace biglittle
