#include "cli/new/recording.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <string_view>
#include <utility>

#include "absl/status/status.h"

#include "cli/new/wav_file.h"
#include "core/read_file.h"
#include "core/shown_text.h"
#include "core/text.h"
#include "device_agent/sources/formats/line_splitter.h"
#include "device_agent/sources/replay/data_file.h"

namespace biglittle {
namespace {

absl::Status At(const std::filesystem::path& file, const absl::Status& status) {
  return {status.code(),
          fmt::format("{}: {}", Shown(file.string()), std::string(status.message()))};
}

// In small letters: recorders of some makes shout.
std::string Ending(const std::filesystem::path& file) {
  std::string ending = file.extension().string();
  std::ranges::transform(ending, ending.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return ending;
}

struct ToRecording final : FrameSink {
  explicit ToRecording(Recording& to) : recording(to) {}
  void OnFrames(std::span<const float> values) override {
    recording.frames.insert(recording.frames.end(), values.begin(), values.end());
  }
  void OnRefused(std::string_view, const std::string& what) override {
    ++recording.refused;
    recording.gaps.push_back(recording.frames.size() / recording.channels);
    if (first.empty()) first = what;
  }

  Recording& recording;
  std::string first;  // that was refused
};

// As many columns as the first line has that says anything and is no header.
std::size_t ColumnsOf(std::string_view text, char delimiter) {
  std::size_t columns = 1;
  const auto look = [&](std::string_view line) {
    const bool has_number = line.find_first_of("0123456789") != std::string_view::npos;
    if (line.starts_with('#') || !has_number) return true;
    columns = CsvFields(line, delimiter).size();
    return false;
  };
  LineSplitter lines;
  lines.Split(text, look, [] {});
  lines.Finish(look);
  return columns;
}

absl::StatusOr<Recording> FromLines(std::string_view text, CsvFormat csv) {
  if (csv.columns.empty()) csv.columns.assign(ColumnsOf(text, csv.delimiter), "value");
  CsvFrames reader(csv);
  Recording recording{.channels = reader.channels()};
  ToRecording sink(recording);
  absl::Status read = reader.Read(text, sink);
  if (read.ok()) read = reader.Finish(sink);
  if (!read.ok()) return read;
  if (recording.frames.empty()) {
    return absl::InvalidArgumentError(sink.first.empty() ? "it has no samples" : sink.first);
  }
  return recording;
}

template <typename Number>
void Append(const DataArray& array, std::vector<float>& frames) {
  const std::size_t count = array.data.size() / sizeof(Number);
  frames.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    Number number;
    std::memcpy(&number, array.data.data() + i * sizeof(Number), sizeof(Number));
    frames.push_back(static_cast<float>(number));
  }
}

absl::StatusOr<Recording> FromArray(const DataArray& array) {
  if (array.shape.size() > 2) {
    return absl::InvalidArgumentError(
        fmt::format("it has the shape {}; a recording is [samples] or [samples, channels]",
                    ToString(array.shape)));
  }
  Recording recording{.channels = array.shape.size() == 2 ? static_cast<std::size_t>(array.shape[1])
                                                          : std::size_t{1},
                      .is_int16 = array.type == ElementType::kInt16};
  switch (array.type) {
    case ElementType::kUint8:
      Append<std::uint8_t>(array, recording.frames);
      break;
    case ElementType::kInt16:
      Append<std::int16_t>(array, recording.frames);
      break;
    case ElementType::kInt32:
      Append<std::int32_t>(array, recording.frames);
      break;
    case ElementType::kFloat32:
      Append<float>(array, recording.frames);
      break;
    default:
      return absl::InvalidArgumentError(
          fmt::format("it is of {}; save it as uint8, int16, int32 or float32", Name(array.type)));
  }
  return recording;
}

}  // namespace

bool IsRecording(const std::filesystem::path& file) {
  constexpr std::array<std::string_view, 4> kEndings{".wav", ".csv", ".txt", ".npy"};
  return std::ranges::find(kEndings, Ending(file)) != kEndings.end();
}

bool HasLines(const std::filesystem::path& file) {
  const std::string ending = Ending(file);
  return ending == ".csv" || ending == ".txt";
}

absl::StatusOr<Recording> ReadRecording(const std::filesystem::path& file, const CsvFormat& csv) {
  const std::string ending = Ending(file);
  if (ending == ".npy") {
    const absl::StatusOr<DataArray> array = LoadDataFile(file, DataRole::kWindows);
    if (!array.ok()) return array.status();
    absl::StatusOr<Recording> recording = FromArray(*array);
    return recording.ok() ? std::move(recording) : At(file, recording.status());
  }
  const absl::StatusOr<std::string> content = ReadWholeFile(file, kMaxRecordingBytes);
  if (!content.ok()) return At(file, content.status());
  if (ending == ".wav") {
    absl::StatusOr<WavSound> sound = ParseWav(*content);
    if (!sound.ok()) return At(file, sound.status());
    return Recording{.channels = sound->channels,
                     .rate_hz = static_cast<float>(sound->rate_hz),
                     .frames = std::move(sound->frames),
                     .is_int16 = sound->is_int16};
  }
  absl::StatusOr<Recording> recording = FromLines(WithoutByteOrderMark(*content), csv);
  return recording.ok() ? std::move(recording) : At(file, recording.status());
}

}  // namespace biglittle
