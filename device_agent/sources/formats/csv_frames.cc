#include "device_agent/sources/formats/csv_frames.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include "core/text.h"

namespace biglittle {
namespace {

std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r";
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  text = text.substr(first, text.find_last_not_of(kBlank) - first + 1);
  const bool quoted = text.size() >= 2 && text.front() == '"' && text.back() == '"';
  return quoted ? text.substr(1, text.size() - 2) : text;
}

bool IsChannelOf(const CsvFormat& format, std::string_view column) {
  return column != CsvFrames::kSkipped && (format.time.empty() || column != format.time);
}

std::size_t CountChannels(const CsvFormat& format) {
  return static_cast<std::size_t>(std::ranges::count_if(
      format.columns, [&](const std::string& column) { return IsChannelOf(format, column); }));
}

}  // namespace

std::vector<std::string_view> CsvFields(std::string_view line, char delimiter) {
  std::vector<std::string_view> fields;
  if (delimiter == ' ') {
    constexpr std::string_view kBlank = " \t";
    for (std::size_t at = line.find_first_not_of(kBlank); at != std::string_view::npos;) {
      const std::size_t end = std::min(line.find_first_of(kBlank, at), line.size());
      fields.push_back(Trimmed(line.substr(at, end - at)));
      at = line.find_first_not_of(kBlank, end);
    }
    return fields;
  }
  for (;;) {
    const std::size_t end = std::min(line.find(delimiter), line.size());
    fields.push_back(Trimmed(line.substr(0, end)));
    if (end == line.size()) return fields;
    line.remove_prefix(end + 1);
  }
}

bool CsvSaysNothing(std::string_view line) {
  const std::string_view text = Trimmed(line);
  return text.empty() || text.front() == '#';
}

std::optional<double> CsvNumber(std::string_view field, char decimal) {
  constexpr std::size_t kLongest = 64;
  if (field.empty() || field.size() > kLongest) return std::nullopt;
  if (field.front() == '+') field.remove_prefix(1);
  std::string text(field);
  if (decimal != '.') {
    if (text.find('.') != std::string::npos) return std::nullopt;
    std::ranges::replace(text, decimal, '.');
  }
  const auto number = ParseNumber<double>(text);
  return number && std::isfinite(*number) ? number : std::nullopt;
}

absl::Status CsvFrames::Check(const CsvFormat& format) {
  const bool named = std::ranges::find(format.columns, format.time) != format.columns.end();
  if (format.time.empty() || format.header || (named && format.time != kSkipped)) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      fmt::format("the 'time' {} is none of the 'columns': without a 'header' they name it too",
                  Quoted(format.time)));
}

CsvFrames::CsvFrames(CsvFormat format)
    : format_(std::move(format)), channels_(CountChannels(format_)), frame_(channels_) {
  Reset();
}

void CsvFrames::Reset() {
  lines_.Reset();
  header_.clear();
  places_.clear();
  columns_ = format_.columns.size();
  if (format_.header) return;
  for (std::size_t i = 0; i < format_.columns.size(); ++i) {
    if (IsChannel(format_.columns[i])) places_.push_back(i);
    if (format_.columns[i] == format_.time) time_place_ = i;
  }
}

bool CsvFrames::IsChannel(std::string_view column) const { return IsChannelOf(format_, column); }

absl::Status CsvFrames::Read(std::string_view bytes, FrameSink& sink) {
  absl::Status status;
  lines_.Split(
      bytes,
      [&](std::string_view line) {
        status = ReadLine(line, sink);
        return status.ok();
      },
      [&] {
        sink.OnRefused("line",
                       fmt::format("a line is longer than {} bytes", LineSplitter::kMaxLineBytes));
      });
  return status;
}

absl::Status CsvFrames::Finish(FrameSink& sink) {
  absl::Status status;
  lines_.Finish([&](std::string_view line) {
    status = ReadLine(line, sink);
    return true;
  });
  return status;
}

absl::Status CsvFrames::ReadLine(std::string_view line, FrameSink& sink) {
  if (CsvSaysNothing(line)) return absl::OkStatus();
  if (format_.header && header_.empty()) return ReadHeader(line);
  if (format_.header && line == header_) return absl::OkStatus();
  const std::vector<std::string_view> fields = CsvFields(line, format_.delimiter);
  if (fields.size() != columns_) {
    sink.OnRefused("columns", fmt::format("a line has {} columns, not {}: {}", fields.size(),
                                          columns_, Quoted(line)));
    return absl::OkStatus();
  }
  for (std::size_t channel = 0; channel < channels_; ++channel) {
    const std::string_view field = fields[places_[channel]];
    const std::optional<double> number = CsvNumber(field, format_.decimal);
    const auto value = static_cast<float>(number.value_or(0.0));
    if (!number || !std::isfinite(value)) {
      sink.OnRefused("number", fmt::format("{} is no finite number, in the line {}", Quoted(field),
                                           Quoted(line)));
      return absl::OkStatus();
    }
    frame_[channel] = value;
  }
  if (!format_.time.empty()) ReadTime(fields[time_place_], line, sink);
  sink.OnFrames(frame_);
  return absl::OkStatus();
}

void CsvFrames::ReadTime(std::string_view field, std::string_view line, FrameSink& sink) const {
  if (const std::optional<double> time = CsvNumber(field, format_.decimal)) {
    return sink.OnTime(SecondsOf(*time, format_.time_unit));
  }
  sink.OnNoTime(fmt::format("{} is no time, in the line {}", Quoted(field), Quoted(line)));
}

absl::Status CsvFrames::ReadHeader(std::string_view line) {
  const std::vector<std::string_view> names = CsvFields(line, format_.delimiter);
  std::vector<std::string_view> wanted;
  std::ranges::copy_if(format_.columns, std::back_inserter(wanted),
                       [&](const std::string& column) { return IsChannel(column); });
  if (!format_.time.empty()) wanted.push_back(format_.time);
  for (const std::string_view column : wanted) {
    const auto at = std::ranges::find(names, column);
    if (at == names.end()) {
      return absl::InvalidArgumentError(
          fmt::format("the header has no column {}: it is {}; mend '{}', or 'header: false'",
                      Quoted(column), Quoted(line), column == format_.time ? "time" : "columns"));
    }
    places_.push_back(static_cast<std::size_t>(at - names.begin()));
  }
  if (!format_.time.empty()) {
    time_place_ = places_.back();
    places_.pop_back();
  }
  columns_ = names.size();
  header_ = line;
  return absl::OkStatus();
}

}  // namespace biglittle
