#include "device_agent/sources/formats/ndjson_frames.h"

#include <fmt/format.h>

#include <cmath>
#include <optional>
#include <span>
#include <utility>

#include <nlohmann/json.hpp>

#include "core/text.h"

namespace biglittle {
namespace {

using Json = nlohmann::json;

// A level costs memory: a sensor's line has few.
constexpr int kMaxDepth = 32;

Json Parsed(std::string_view line) {
  bool deep = false;
  const Json::parser_callback_t bound = [&deep](int depth, Json::parse_event_t, Json&) {
    deep = deep || depth > kMaxDepth;
    return !deep;
  };
  Json parsed = Json::parse(line, bound, false);
  return deep ? Json(Json::value_t::discarded) : parsed;
}

std::optional<float> Number(const Json& json) {
  if (!json.is_number()) return std::nullopt;
  const float value = static_cast<float>(json.get<double>());
  return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

std::optional<double> Time(const Json& json) {
  if (!json.is_number() || !std::isfinite(json.get<double>())) return std::nullopt;
  return json.get<double>();
}

absl::Status CheckPointer(const std::string& pointer, std::string_view key) {
  try {
    static_cast<void>(Json::json_pointer(pointer));
    return absl::OkStatus();
  } catch (const Json::exception&) {
    return absl::InvalidArgumentError(fmt::format(
        "'{}' must be JSON pointers like /acceleration/x, not {}", key, Quoted(pointer)));
  }
}

}  // namespace

absl::Status NdjsonFrames::Check(const NdjsonFormat& format) {
  for (const std::string& field : format.fields) {
    if (absl::Status good = CheckPointer(field, "fields"); !good.ok()) return good;
  }
  return format.time ? CheckPointer(*format.time, "time") : absl::OkStatus();
}

NdjsonFrames::NdjsonFrames(NdjsonFormat format)
    : format_(std::move(format)), pointers_(format_.fields.begin(), format_.fields.end()) {
  if (format_.time) time_.emplace_back(*format_.time);
}

NdjsonFrames::~NdjsonFrames() = default;

absl::Status NdjsonFrames::Read(std::string_view bytes, FrameSink& sink) {
  lines_.Split(
      bytes,
      [&](std::string_view line) {
        ReadLine(line, sink);
        return true;
      },
      [&] {
        sink.OnRefused("line",
                       fmt::format("a line is longer than {} bytes", LineSplitter::kMaxLineBytes));
      });
  return absl::OkStatus();
}

absl::Status NdjsonFrames::Finish(FrameSink& sink) {
  lines_.Finish([&](std::string_view line) {
    ReadLine(line, sink);
    return true;
  });
  return absl::OkStatus();
}

void NdjsonFrames::ReadLine(std::string_view line, FrameSink& sink) {
  if (line.find_first_not_of(" \t") == std::string_view::npos) return;
  const Json json = Parsed(line);
  if (json.is_discarded()) {
    return sink.OnRefused("json", fmt::format("a line is no JSON: {}", Quoted(line)));
  }
  const std::size_t count = channels();
  std::optional<std::size_t> frames;
  for (std::size_t channel = 0; channel < count; ++channel) {
    const std::string& field = format_.fields[channel];
    const Json::json_pointer& pointer = pointers_[channel];
    if (!json.contains(pointer)) {
      return sink.OnRefused("missing", fmt::format("a line has no {}: {}", field, Quoted(line)));
    }
    const Json& value = json.at(pointer);
    const std::size_t length = value.is_array() ? value.size() : 1;
    if (frames && *frames != length) {
      return sink.OnRefused("lengths", fmt::format("{} has {} values, those before it {}: {}",
                                                   field, length, *frames, Quoted(line)));
    }
    if (!frames) frames_.resize(length * count);
    frames = length;
    for (std::size_t i = 0; i < length; ++i) {
      const std::optional<float> number = Number(value.is_array() ? value[i] : value);
      if (!number) {
        return sink.OnRefused("number",
                              fmt::format("{} is no finite number: {}", field, Quoted(line)));
      }
      frames_[i * count + channel] = *number;
    }
  }
  if (!frames_.empty()) Give(json, line, sink);
}

void NdjsonFrames::Give(const Json& line, std::string_view text, FrameSink& sink) {
  if (time_.empty()) return sink.OnFrames(frames_);
  const auto tell = [&](const Json& time) {
    const std::optional<double> number = Time(time);
    if (number) return sink.OnTime(SecondsOf(*number, format_.time_unit));
    sink.OnNoTime(fmt::format("{} is no time: {}", *format_.time, Quoted(text)));
  };
  const std::size_t count = channels();
  const Json time = line.contains(time_[0]) ? line.at(time_[0]) : Json();
  if (!time.is_array() || time.size() != frames_.size() / count) {
    tell(time);
    return sink.OnFrames(frames_);
  }
  for (std::size_t i = 0; i < time.size(); ++i) {
    tell(time[i]);
    sink.OnFrames(std::span(frames_).subspan(i * count, count));
  }
}

}  // namespace biglittle
