// Which columns of a table are what.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace biglittle {

struct TableColumns {
  std::size_t count = 0;  // of a row
  std::size_t label = 0;  // its place among them
  std::optional<std::size_t> group;
  std::vector<std::size_t> channels;
  std::vector<std::string> channel_names;  // of a table without a header: "column 3"
};

struct WantedColumns {
  std::string label;                  // a name, or a number from 1
  std::string group;                  // likewise; empty: none
  std::vector<std::string> channels;  // empty: all others
};

// "1", "2", ...; nullopt: a name.
std::optional<std::size_t> ColumnNumber(std::string_view column);

// By the names in the header. Errors, one line without the file: a column that is not there, or is
// two things at once, or no column left for a channel.
absl::StatusOr<TableColumns> ColumnsByName(const WantedColumns& wanted,
                                           const std::vector<std::string_view>& header);
// By numbers, of a table without a header, whose rows have `count` columns. wanted.channels then
// are all columns of a row, in their order.
absl::StatusOr<TableColumns> ColumnsByNumber(const WantedColumns& wanted, std::size_t count);

}  // namespace biglittle
