#include "device_agent/sources/formats/npy_frames.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <utility>

#include "core/text.h"
#include "device_agent/sources/arrays/npy_file.h"

namespace biglittle {
namespace {

constexpr char kFirstByte = '\x93';

std::span<const std::byte> AsBytes(std::string_view text) { return std::as_bytes(std::span(text)); }

bool SameWindow(const Shape& shape, const Shape& ours) {
  const auto without_ones = [](const Shape& all) {
    const auto first = std::ranges::find_if(all, [](std::int64_t size) { return size != 1; });
    return std::span(first, all.end());
  };
  return std::ranges::equal(without_ones(shape), without_ones(ours));
}

template <typename Number>
void Load(std::span<const std::byte> data, std::vector<float>& values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    Number number;
    std::memcpy(&number, data.data() + i * sizeof(Number), sizeof(Number));
    values[i] = static_cast<float>(number);
  }
}

void LoadAs(DType dtype, std::span<const std::byte> data, std::vector<float>& values) {
  switch (dtype) {
    case DType::kUint8:
      return Load<std::uint8_t>(data, values);
    case DType::kInt16:
      return Load<std::int16_t>(data, values);
    case DType::kFloat32:
      return Load<float>(data, values);
  }
}

}  // namespace

NpyFrames::NpyFrames(Shape shape)
    : shape_(std::move(shape)),
      values_(static_cast<std::size_t>(ElementCount(shape_).value_or(0))) {}

absl::Status NpyFrames::Read(std::string_view bytes, FrameSink& sink) {
  const std::size_t passed = std::min(passed_over_, bytes.size());
  passed_over_ -= passed;
  bytes.remove_prefix(passed);
  rest_ += bytes;
  while (!rest_.empty() && TakeOne(sink)) {
  }
  return absl::OkStatus();
}

bool NpyFrames::TakeOne(FrameSink& sink) {
  const auto front = ReadNpyFront(AsBytes(rest_));
  if (!front.ok()) {
    // Said once for all bytes up to the next array.
    if (!std::exchange(lost_, true)) {
      sink.OnRefused("array", fmt::format("{}: {}", std::string(front.status().message()),
                                          Quoted(std::string_view(rest_).substr(0, 32))));
    }
    rest_.erase(0, std::min(rest_.find(kFirstByte, 1), rest_.size()));
    return true;
  }
  if (!*front) return false;
  lost_ = false;
  const std::size_t size = (*front)->bytes + (*front)->data_bytes;
  if (!SameWindow((*front)->header.shape, shape_)) {
    sink.OnRefused("shape", fmt::format("an array has shape {}, the task's windows {}",
                                        ToString((*front)->header.shape), ToString(shape_)));
    passed_over_ = size - std::min(size, rest_.size());
    rest_.erase(0, size);
    return true;
  }
  if (rest_.size() < size) return false;
  const std::string_view data =
      std::string_view(rest_).substr((*front)->bytes, (*front)->data_bytes);
  TakeArray(NpyArray((*front)->header, AsBytes(data)), sink);
  rest_.erase(0, size);
  return true;
}

void NpyFrames::TakeArray(const DataArray& array, FrameSink& sink) {
  const std::optional<DType> dtype = AsDType(array.type);
  if (!dtype) {
    return sink.OnRefused("number", fmt::format("an array has elements of type {}; send uint8, "
                                                "int16 or float32",
                                                Name(array.type)));
  }
  LoadAs(*dtype, array.data, values_);
  if (!std::ranges::all_of(values_, [](float value) { return std::isfinite(value); })) {
    return sink.OnRefused("number", "an array has a value that is not finite");
  }
  sink.OnFrames(values_);
}

absl::Status NpyFrames::Finish(FrameSink& sink) {
  if (!rest_.empty() || passed_over_ > 0) {
    sink.OnRefused("part", fmt::format("an array is cut short after {} bytes", rest_.size()));
  }
  Reset();
  return absl::OkStatus();
}

void NpyFrames::Reset() {
  rest_.clear();
  passed_over_ = 0;
  lost_ = false;
}

}  // namespace biglittle
