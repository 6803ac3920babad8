// How the windows of a stream lie in memory. A frame is one value of each channel, taken at one
// time; a window is some frames that follow each other.
#pragma once

#include <cstddef>
#include <cstdint>

namespace biglittle {

enum class WindowLayout : std::uint8_t {
  kPlanar,       // [channels, samples]: all of one channel, then all of the next
  kInterleaved,  // [samples, channels]: frame after frame
};

struct WindowShape {
  std::size_t channels = 1;
  std::size_t samples = 0;  // of one channel: frames
  WindowLayout layout = WindowLayout::kPlanar;
};

}  // namespace biglittle
