// How long a session waits before it tries to connect again.
#pragma once

#include <algorithm>
#include <cstdint>

#include "absl/status/status.h"

#include "core/clock.h"
#include "core/random.h"

namespace biglittle::wire {

// Doubles with each try; half of it is random, so that a fleet does not come back in one wave.
// Knows no clock; not thread-safe.
class ReconnectBackoff {
 public:
  // Files are read again after this at the latest, however long the broker is left alone.
  static constexpr Milliseconds kCredentialsPause{1000};

  ReconnectBackoff(Milliseconds shortest, Milliseconds longest, std::uint64_t seed)
      : shortest_(shortest), longest_(longest), delay_(shortest), jitter_(seed) {}

  // Why a try failed, as SessionOpener says it.
  void NoteFailure(const absl::Status& failure) {
    if (failure.code() == absl::StatusCode::kFailedPrecondition) {
      // Only somebody who changes the broker mends that: no need to ask often.
      delay_ = longest_;
    } else if (failure.code() == absl::StatusCode::kUnauthenticated) {
      delay_ = std::min(delay_, std::max(kCredentialsPause, shortest_));
    }
  }
  // Until the next try. `was_stable`: the connection before stood long enough to begin anew.
  Milliseconds Next(bool was_stable) {
    if (was_stable) delay_ = shortest_;
    const auto delay = static_cast<double>(delay_.count());
    delay_ = std::min(delay_ * 2, longest_);
    return Milliseconds(static_cast<Milliseconds::rep>(delay * jitter_.Uniform(0.5, 1.0)));
  }

 private:
  const Milliseconds shortest_;
  const Milliseconds longest_;
  Milliseconds delay_;
  Random jitter_;
};

}  // namespace biglittle::wire
