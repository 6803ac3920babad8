// A cheap look at a window, which spares the nets what has nothing in it. A pure policy of the
// windows and their times. Not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "absl/status/statusor.h"

#include "core/clock.h"
#include "signal/window_shape.h"

namespace biglittle {

// The root mean square of all values, each about the mean of its channel in this window: what an
// accelerometer shows of gravity, or a microphone of an offset, is not in it. In the units of the
// window. Not finite if a value is not.
double RmsAboutMean(std::span<const float> window, const WindowShape& shape);

enum class GateKind : std::uint8_t {
  kNone,    // every window passes
  kRms,     // one whose RmsAboutMean is `above` or more
  kChange,  // one whose RmsAboutMean differs by more than `above` from the one that passed last
};

struct GateOptions {
  GateKind kind = GateKind::kNone;
  double above = 0.0;  // 0 or more, in the units of the window
  Milliseconds hold{
      0};  // how long the gate stays open behind a window that opened it; a day at most
};

class WindowGate {
 public:
  // InvalidArgument, one line that says the mend, if an option is out of its range. `shape` is that
  // of all windows.
  static absl::StatusOr<WindowGate> Make(const GateOptions& options, const WindowShape& shape);

  // Whether the window is worth a look by the nets. The first one of kChange is, and so is, with
  // every kind, one with values that are not finite: it is to be refused, not kept in silence.
  // Until `hold` has passed since the last one that opened the gate all others pass too.
  bool Passes(std::span<const float> window, SteadyTime captured_at);

  std::uint64_t passed() const { return passed_; }
  std::uint64_t spared() const { return spared_; }

 private:
  WindowGate(const GateOptions& options, const WindowShape& shape)
      : options_(options), shape_(shape) {}

  bool Looks(std::span<const float> window, SteadyTime captured_at);
  bool Opens(double rms) const;

  GateOptions options_;
  WindowShape shape_;
  std::optional<SteadyTime> opened_at_;
  std::optional<double> last_rms_;  // of the window that passed last
  std::uint64_t passed_ = 0;
  std::uint64_t spared_ = 0;
};

}  // namespace biglittle
