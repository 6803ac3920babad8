#include "device_agent/sources/stream/windowing_options.h"

#include <array>
#include <cstdint>

namespace biglittle {
namespace {

constexpr std::int64_t kMostFrames = std::int64_t{1} << 24;

constexpr std::array<Choice<OnGap>, 3> kOnGap{{
    {OnGap::kRestart, "restart", "the next window begins with the first sample behind it"},
    {OnGap::kFill, "fill",
     "the missing samples repeat the last one; a gap longer than a window "
     "restarts"},
    {OnGap::kDrop, "drop", "windows that it lies in are left out, the others stay where they are"},
}};
constexpr std::array<Choice<GateKind>, 3> kGates{{
    {GateKind::kNone, "none"},
    {GateKind::kRms, "rms", "the root mean square about the window's mean"},
    {GateKind::kChange, "change", "how far that differs from the last window that passed"},
}};

}  // namespace

std::span<const Choice<OnGap>> OnGapChoices() { return kOnGap; }

const KeyTable<StreamWindow>& StreamWindowKeys() {
  static const KeyTable<StreamWindow> keys(
      "window", "how a stream is cut, in samples or in milliseconds, which need `rate_hz`",
      {WholeKey("samples", &StreamWindow::samples, {1, kMostFrames},
                {.help = "of a window; another number than the task's is a mistake",
                 .unit = "samples",
                 .absent = "as many as the task's window has"}),
       WholeKey("hop", &StreamWindow::hop, {1, kMostFrames},
                {.help = "from the beginning of one window to that of the next",
                 .unit = "samples",
                 .absent = "a whole window"}),
       WholeKey(
           "ms", &StreamWindow::length_ms, {1, 86'400'000},
           {.help = "of a window, in place of `samples`", .unit = "ms", .absent = "`samples`"}),
       WholeKey("hop_ms", &StreamWindow::hop_ms, {1, 86'400'000},
                {.help = "in place of `hop`", .absent = "`hop`"})});
  return keys;
}

const KeyTable<StreamGate>& StreamGateKeys() {
  static const KeyTable<StreamGate> keys(
      "gate", "a look at each window before the net, which spares those that are not worth it",
      {ChoiceKey("type", &StreamGate::type, kGates, {.help = "what is looked at"}),
       FractionKey("above", &StreamGate::above, {0, 1e9}, {.help = "a window from here on passes"}),
       WholeKey("hold_ms", &StreamGate::hold, {0, 86'400'000},
                {.help = "how long all windows pass after one did"})});
  return keys;
}

}  // namespace biglittle
