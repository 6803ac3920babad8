#include "cli/input_shapes.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <string_view>
#include <system_error>

#include "absl/status/status.h"

#include "core/text.h"

namespace biglittle {
namespace {

// False if it is no list of positive numbers.
bool ParseSizes(std::string_view text, std::vector<std::int64_t>& sizes) {
  while (true) {
    std::int64_t size = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
    if (error != std::errc() || size < 1) return false;
    sizes.push_back(size);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (text.empty()) return true;
    if (text.front() != ',' && text.front() != 'x') return false;
    text.remove_prefix(1);
  }
}

}  // namespace

absl::StatusOr<nn::InputShapes> ParseInputShapes(const std::vector<std::string>& texts) {
  nn::InputShapes shapes;
  for (const std::string& text : texts) {
    const std::size_t equals = text.rfind('=');
    std::vector<std::int64_t> sizes;
    const bool sound = equals != std::string::npos && equals > 0 &&
                       ParseSizes(std::string_view(text).substr(equals + 1), sizes);
    if (!sound) {
      return absl::InvalidArgumentError(fmt::format(
          "--shape {} must be NAME=1,40,101: an input and all its sizes", Quoted(text)));
    }
    if (!shapes.emplace(text.substr(0, equals), std::move(sizes)).second) {
      return absl::InvalidArgumentError(
          fmt::format("--shape gives {} twice", Quoted(text.substr(0, equals))));
    }
  }
  return shapes;
}

}  // namespace biglittle
