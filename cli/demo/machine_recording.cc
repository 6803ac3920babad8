#include "cli/demo/machine_recording.h"

#include <fmt/format.h>

#include <fstream>
#include <vector>

#include "core/random.h"
#include "device_agent/sources/arrays/npy_file.h"
#include "device_agent/sources/vibration/vibration_simulator.h"

namespace biglittle {
namespace {

struct Chapter {
  VibrationClass condition;
  std::uint64_t last;  // the window behind its last one
};

using Story = std::vector<Chapter>;

// Most machines are well. The second one's bearing goes before the eyes of whoever looks on, and is
// mended.
const Story& StoryOf(std::size_t index) {
  using enum VibrationClass;
  static const std::vector<Story> kStories{
      {{kHealthy, kRecordedWindows}},
      {{kHealthy, 120},
       {kOuterRaceMild, 270},
       {kOuterRaceSevere, 560},
       {kHealthy, kRecordedWindows}},
      {{kHealthy, kRecordedWindows}},
      {{kImbalanceMild, 420}, {kHealthy, kRecordedWindows}},
      {{kHealthy, kRecordedWindows}},
      {{kHealthy, 480}, {kInnerRaceSevere, 660}, {kHealthy, kRecordedWindows}},
      {{kHealthy, kRecordedWindows}},
      {{kHealthy, 330}, {kMisalignmentMild, 780}, {kHealthy, kRecordedWindows}},
  };
  static_assert(kMachineRecordings == 8);
  return kStories[index % kStories.size()];
}

}  // namespace

absl::Status WriteMachineRecording(std::size_t index, const std::filesystem::path& folder) {
  std::ofstream windows(folder / fmt::format("X-{}.npy", index), std::ios::binary);
  std::ofstream labels(folder / fmt::format("y-{}.npy", index), std::ios::binary);
  windows << NpyFrontText(ElementType::kFloat32,
                          {kRecordedWindows, kVibrationAxes, kVibrationSamples});
  labels << NpyFrontText(ElementType::kUint8, {kRecordedWindows});
  Random random(index + 1);
  std::uint64_t window = 0;
  for (const Chapter& chapter : StoryOf(index)) {
    for (; window < chapter.last && windows && labels; ++window) {
      const OperatingPoint point = DrawOperatingPoint(random);
      const std::vector<float> values = SimulateWindow(chapter.condition, point, random);
      // A stream of characters is the standard library's only way to write bytes.
      windows.write(reinterpret_cast<const char*>(values.data()),
                    static_cast<std::streamsize>(values.size() * sizeof(float)));
      labels.put(static_cast<char>(chapter.condition));
    }
  }
  windows.close();
  labels.close();
  if (windows && labels) return absl::OkStatus();
  return absl::UnavailableError(
      fmt::format("{}: writing failed; is there room on the disk?", folder.string()));
}

}  // namespace biglittle
