// What a device has seen of its round trips: how long the next answer may take, and when to ask
// again.
//
// Knows no clock: the caller says what time it is. Not thread-safe.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>

#include "core/clock.h"

namespace biglittle {

class RoundTrip {
 public:
  using Duration = SteadyTime::duration;

  // Observations kept, and how many a quantile needs at least.
  static constexpr std::size_t kMaxObservations = 64;
  static constexpr std::size_t kLeastObservations = 5;

  struct Options {
    double quantile = 0.5;  // in (0, 1]
    Milliseconds memory{3000};
    Milliseconds retry_min{20};
    Milliseconds retry_max{2000};
  };

  explicit RoundTrip(const Options& options) : options_(options) {}

  // An answer came `took` after the reading was first asked about. `attempts`: how often it was
  // asked; an answer to one of several requests cannot be assigned, so that it does not count for
  // the retry time-out (Karn and Partridge, "Improving Round-Trip Time Estimates in Reliable
  // Transport Protocols", 1987).
  void Answered(Duration took, std::size_t attempts, SteadyTime now);
  // None came within `waited`. How long it takes in truth is not known; it counts as twice that,
  // until another answer shows that the way is free again.
  void Unanswered(Duration waited, SteadyTime now);
  // What was seen says nothing about the future: there is a new connection.
  void Forget();

  // The time within which the configured share of the remembered answers came; nullopt while too
  // few are remembered to tell.
  std::optional<Duration> Quantile(SteadyTime now) const;

  // How long to wait for an answer to attempt number `attempt` (1 is the first) before the next
  // one: smoothed round trip plus four mean deviations (Jacobson, "Congestion Avoidance and
  // Control", 1988; RFC 6298), doubled with each attempt, within the configured bounds. `fallback`
  // stands for it before the first answer. While answers stay out it doubles with each, for asking
  // more often would only fill a way that is too narrow.
  Duration RetryTimeout(std::size_t attempt, Duration fallback) const;

 private:
  struct Observation {
    SteadyTime at;
    Duration took;
    bool answered;
  };

  void Remember(const Observation& observation);

  const Options options_;
  std::deque<Observation> observations_;  // oldest first, at most kMaxObservations
  std::optional<Duration> smoothed_;
  Duration deviation_{0};
  std::size_t doublings_ = 0;  // since the last answer
};

}  // namespace biglittle
