#include "cli/new/table_columns.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "absl/status/status.h"

#include "core/text.h"
#include "device_agent/sources/formats/csv_frames.h"

namespace biglittle {
namespace {

using Header = std::vector<std::string_view>;

absl::StatusOr<std::size_t> ByNumber(std::string_view column, std::size_t count) {
  const auto number = ColumnNumber(column);
  if (number && *number >= 1 && *number <= count) return *number - 1;
  return absl::InvalidArgumentError(fmt::format(
      "there is no column {}: a row has {}, and they are counted from 1", Quoted(column), count));
}

absl::StatusOr<std::size_t> ByName(std::string_view column, const Header& header) {
  const auto at = std::ranges::find(header, column);
  if (at != header.end()) {
    if (std::find(at + 1, header.end(), column) == header.end()) {
      return static_cast<std::size_t>(at - header.begin());
    }
    return absl::InvalidArgumentError(
        fmt::format("the header has two columns {}; name one by its number", Quoted(column)));
  }
  if (ColumnNumber(column)) return ByNumber(column, header.size());
  const std::string nearest = NearestTo(column, header);
  return absl::InvalidArgumentError(
      fmt::format("the header has no column {}{}: it is {}", Quoted(column),
                  nearest.empty() ? "" : fmt::format(" (did you mean {}?)", Quoted(nearest)),
                  Quoted(fmt::format("{}", fmt::join(header, ",")))));
}

bool IsTaken(const TableColumns& columns, std::size_t place) {
  return place == columns.label || place == columns.group;
}

absl::StatusOr<TableColumns> Checked(TableColumns columns) {
  if (columns.group == columns.label) {
    return absl::InvalidArgumentError("--label-column and --group-column are the same");
  }
  if (columns.channels.empty()) {
    return absl::InvalidArgumentError("no column is left for a channel");
  }
  return columns;
}

}  // namespace

std::optional<std::size_t> ColumnNumber(std::string_view column) {
  return ParseNumber<std::size_t>(column);
}

absl::StatusOr<TableColumns> ColumnsByName(const WantedColumns& wanted, const Header& header) {
  TableColumns columns{.count = header.size()};
  const auto label = ByName(wanted.label, header);
  if (!label.ok()) return label.status();
  columns.label = *label;
  if (!wanted.group.empty()) {
    const auto group = ByName(wanted.group, header);
    if (!group.ok()) return group.status();
    columns.group = *group;
  }
  for (const std::string& channel : wanted.channels) {
    if (channel == CsvFrames::kSkipped) continue;
    const auto at = ByName(channel, header);
    if (!at.ok()) return at.status();
    if (IsTaken(columns, *at)) {
      return absl::InvalidArgumentError(
          fmt::format("--columns names {}, which is the label or the group: no net may see that",
                      Quoted(channel)));
    }
    columns.channels.push_back(*at);
  }
  for (std::size_t i = 0; i < header.size() && wanted.channels.empty(); ++i) {
    if (!IsTaken(columns, i)) columns.channels.push_back(i);
  }
  for (const std::size_t at : columns.channels) columns.channel_names.emplace_back(header[at]);
  return Checked(std::move(columns));
}

absl::StatusOr<TableColumns> ColumnsByNumber(const WantedColumns& wanted, std::size_t count) {
  TableColumns columns{.count = count};
  if (!wanted.channels.empty() && wanted.channels.size() != count) {
    return absl::InvalidArgumentError(fmt::format(
        "--columns names {} columns, a row has {}: without a header it names all, _ for "
        "those that are no channel",
        wanted.channels.size(), count));
  }
  const auto label = ByNumber(wanted.label, count);
  if (!label.ok()) return label.status();
  columns.label = *label;
  if (!wanted.group.empty()) {
    const auto group = ByNumber(wanted.group, count);
    if (!group.ok()) return group.status();
    columns.group = *group;
  }
  for (std::size_t i = 0; i < count; ++i) {
    const bool named = !wanted.channels.empty();
    if (IsTaken(columns, i) || (named && wanted.channels[i] == CsvFrames::kSkipped)) continue;
    columns.channels.push_back(i);
    columns.channel_names.push_back(named ? wanted.channels[i] : fmt::format("column {}", i + 1));
  }
  return Checked(std::move(columns));
}

}  // namespace biglittle
