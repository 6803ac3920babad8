// When a sensor took its samples, on the steady clock of this machine, by the times that the sensor
// itself gives them.
//
// Its clock and ours have an offset that nobody knows and that drifts. What is seen of each sample
// is the offset and the delay on the way, which is never negative: so the least that was seen
// lately is the offset, as near as can be told, and what a sample has more than that is its age.
// (Source: RFC 6817, LEDBAT, whose base delay is the same minimum over recent intervals.) A sample
// is thus never of the future, and the one with the least delay is as old as its arrival.
//
// A deadline counts from that time, so a clock that lies may not make it old: what is older than
// `max_age`, what goes back, and what runs ahead of the time that has passed here is not believed.
// Such a sample was taken when it came, and the offset is sought anew from it on.
//
// Pure: no clock, no thread. Not thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>

#include "core/clock.h"

namespace biglittle {

struct SourceClockOptions {
  double rate_hz = 0.0;  // of the samples; 0: not known, then no gaps are found
  SteadyTime::duration max_age = std::chrono::milliseconds(100);
};

class SourceClock {
 public:
  enum class Doubt : std::uint8_t {
    kNone,
    kInvalid,  // no time, or none that a clock could show: 0 to 1e11 s
    kJump,     // it went back, or on by more than has passed
    kLate,     // the sample would be older than max_age
  };
  struct Taken {
    SteadyTime at;              // not later than now, nor older than max_age
    std::uint64_t missing = 0;  // samples between this and those before
    Doubt doubt = Doubt::kNone;
    double off_seconds = 0.0;  // of kJump, how far it jumped; of kLate, how old it would be
  };

  explicit SourceClock(const SourceClockOptions& options) : options_(options) {}

  // `frames`, at least 1, that follow each other have come at `now`, which never goes back; the
  // last was taken at `seconds` by the sensor's clock, nullopt: it does not say.
  Taken Take(std::optional<double> seconds, std::uint64_t frames, SteadyTime now);
  // So many frames that nobody could read: they are no gap that is still to be found.
  void Skip(std::uint64_t frames) { frames_since_ += frames; }
  // The sensor, or what is between, begins anew.
  void Restart() { *this = SourceClock(options_); }

 private:
  static constexpr double kNever = std::numeric_limits<double>::infinity();

  Taken Believe(double step, double elapsed, SteadyTime now);
  Taken Jump(double by, double elapsed, SteadyTime now);
  bool RunsAhead() const;
  void Anchor(SteadyTime now);
  void Observe(SteadyTime now);
  double offset() const { return here_ - there_; }
  std::uint64_t FindMissing(double step);
  void DistrustGrid();

  SourceClockOptions options_;

  bool begun_ = false;
  double first_seconds_ = 0.0;  // what `there_` counts from
  SteadyTime first_at_{};       // what `here_` counts from
  // Of the last sample that had a time, in seconds.
  double there_ = 0.0;
  double here_ = 0.0;
  std::uint64_t frames_since_ = 0;  // that came, or were skipped, after it

  // The least offset of this interval and of the one before it.
  SteadyTime interval_begin_{};
  double least_ = kNever;
  double least_before_ = kNever;
  // What a clock that is too fast is measured from.
  double anchor_here_ = 0.0;
  double anchor_offset_ = 0.0;

  double grid_ = 0.0;             // where the last sample lies on a grid of the known rate
  std::uint64_t distrusted_ = 0;  // samples until gaps are looked for again
};

}  // namespace biglittle
