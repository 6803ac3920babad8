#include "signal/source_clock.h"

#include <algorithm>
#include <cmath>

namespace biglittle {
namespace {

constexpr double kMostSeconds = 1e11;  // the year 5138
constexpr std::chrono::seconds kInterval{10};
// By so much of the time that has passed a clock may be too fast.
constexpr double kMostDrift = 0.01;
// In periods. Less than a sample more, so that its time may tremble; more than half of one.
constexpr double kGap = 0.75;
// Samples nearer to each other have times too coarse to find gaps by.
constexpr double kNearest = 0.25;
// How far the grid follows each sample.
constexpr double kFollow = 0.1;
constexpr std::uint64_t kDistrustedSamples = 1024;
constexpr double kMostMissing = 1e15;

double Seconds(SteadyTime::duration time) { return std::chrono::duration<double>(time).count(); }

}  // namespace

SourceClock::Taken SourceClock::Take(std::optional<double> seconds, std::uint64_t frames,
                                     SteadyTime now) {
  frames_since_ += frames;
  // Written so that what is no number is refused too.
  if (!seconds || !(*seconds >= 0.0 && *seconds <= kMostSeconds)) {
    return {.at = now, .doubt = Doubt::kInvalid};
  }
  if (!begun_) {
    first_seconds_ = *seconds;
    first_at_ = now;
  }
  const double step = *seconds - first_seconds_ - there_;
  const double elapsed = Seconds(now - first_at_) - here_;
  there_ += step;
  here_ += elapsed;
  Taken taken = Believe(step, elapsed, now);
  frames_since_ = 0;
  return taken;
}

SourceClock::Taken SourceClock::Believe(double step, double elapsed, SteadyTime now) {
  if (!begun_) {
    begun_ = true;
    Anchor(now);
    grid_ = there_;
    return {.at = now};
  }
  const double max_age = Seconds(options_.max_age);
  if (step < 0.0 || step > elapsed + max_age) return Jump(step - elapsed, elapsed, now);
  Taken taken{.at = now, .missing = FindMissing(step)};
  if (taken.missing > 0 && RunsAhead()) return Jump(anchor_offset_ - offset(), elapsed, now);
  Observe(now);
  const double age = offset() - std::min(least_, least_before_);
  if (age > max_age) {
    Anchor(now);
    taken.doubt = Doubt::kLate;
    taken.off_seconds = age;
    return taken;
  }
  taken.at =
      now - std::chrono::duration_cast<SteadyTime::duration>(std::chrono::duration<double>(age));
  return taken;
}

// What was lost meanwhile only the time that has passed here can tell, and that only where it is
// longer than samples may be delayed. Else nobody knows, and that is a gap of one; not each time,
// for a clock that jumps on and on would leave no window whole.
SourceClock::Taken SourceClock::Jump(double by, double elapsed, SteadyTime now) {
  Taken taken{.at = now, .doubt = Doubt::kJump, .off_seconds = by};
  const double due = elapsed * options_.rate_hz - static_cast<double>(frames_since_);
  if (elapsed > Seconds(options_.max_age) && due >= 1.0) {
    taken.missing = static_cast<std::uint64_t>(std::min(due, kMostMissing));
  } else if (options_.rate_hz > 0.0 && distrusted_ == 0) {
    taken.missing = 1;
  }
  Anchor(now);
  DistrustGrid();
  return taken;
}

// More samples would be missing than there was time for: a clock that is too fast.
bool SourceClock::RunsAhead() const {
  const double ahead = anchor_offset_ - offset();
  return ahead > Seconds(options_.max_age) + kMostDrift * (here_ - anchor_here_);
}

void SourceClock::Anchor(SteadyTime now) {
  interval_begin_ = now;
  least_ = offset();
  least_before_ = kNever;
  anchor_here_ = here_;
  anchor_offset_ = least_;
}

void SourceClock::Observe(SteadyTime now) {
  const auto passed = now - interval_begin_;
  if (passed >= kInterval) {
    // Behind a long silence what was is too old to say anything.
    least_before_ = passed >= 2 * kInterval ? kNever : least_;
    least_ = kNever;
    interval_begin_ = now;
  }
  least_ = std::min(least_, offset());
}

std::uint64_t SourceClock::FindMissing(double step) {
  if (options_.rate_hz <= 0.0) return 0;
  const double period = 1.0 / options_.rate_hz;
  const double due = static_cast<double>(frames_since_) * period;
  if (step < kNearest * due) DistrustGrid();
  if (distrusted_ > 0) {
    distrusted_ -= std::min(distrusted_, frames_since_);
    grid_ = there_;
    anchor_here_ = here_;
    anchor_offset_ = offset();
    return 0;
  }
  const double off = (there_ - (grid_ + due)) / period;
  const double missing = off > kGap ? std::clamp(std::round(off), 1.0, kMostMissing) : 0.0;
  grid_ += due + missing * period;
  grid_ += kFollow * (there_ - grid_);
  return static_cast<std::uint64_t>(missing);
}

void SourceClock::DistrustGrid() {
  distrusted_ = kDistrustedSamples;
  grid_ = there_;
}

}  // namespace biglittle
