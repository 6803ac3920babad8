#include "cli/new/input_settings.h"

#include <fmt/format.h>

#include <string_view>

namespace biglittle {
namespace {

std::string_view TypeOf(const InputFilter& filter) {
  switch (filter.type) {
    case FilterType::kLowPass:
      return "low_pass";
    case FilterType::kHighPass:
      return "high_pass";
    case FilterType::kBandPass:
      return "band_pass";
  }
  return "";
}

}  // namespace

std::string InputSettingsText(float rate_hz, const std::optional<InputFilter>& filter) {
  const std::string rest = filter ? fmt::format(", \"filter\": {}", FilterText(*filter)) : "";
  return fmt::format("{{\"rate_hz\": {}{}}}\n", rate_hz, rest);
}

std::string FilterText(const InputFilter& filter) {
  const std::string cut_off =
      filter.type == FilterType::kBandPass
          ? fmt::format("\"low_hz\": {}, \"high_hz\": {}", filter.low_hz.value_or(0.0F),
                        filter.high_hz.value_or(0.0F))
          : fmt::format("\"hz\": {}", filter.hz.value_or(0.0F));
  return fmt::format("{{\"type\": \"{}\", \"order\": {}, {}}}", TypeOf(filter), filter.order,
                     cut_off);
}

}  // namespace biglittle
