#include "cli/check/broker_file.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"

namespace biglittle {
namespace {

constexpr std::string_view kBlanks = " \t\r\f\v";

BrokerLine ReadLine(std::string_view line) {
  while (!line.empty() && kBlanks.find(line.back()) != kBlanks.npos) line.remove_suffix(1);
  const std::size_t start = line.starts_with('#') ? line.npos : line.find_first_not_of(' ');
  if (start == line.npos) return {"", std::string(line)};
  const std::size_t end = std::min(line.find(' ', start), line.size());
  const std::size_t value = std::min(line.find_first_not_of(' ', end), line.size());
  return {std::string(line.substr(start, end - start)), std::string(line.substr(value))};
}

}  // namespace

BrokerLines ReadBrokerLines(std::string_view text) {
  BrokerLines lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(ReadLine(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::string WriteBrokerLines(const BrokerLines& lines) {
  std::string text;
  for (const BrokerLine& line : lines) {
    text += line.directive;
    if (!line.directive.empty() && !line.value.empty()) text += ' ';
    text += line.value + '\n';
  }
  return text;
}

absl::Status CheckBrokerFolder(std::string_view name, const std::string& folder) {
  const bool one_line =
      !FirstUnprintable(folder) && folder.find_first_of("\t\r\n") == std::string::npos;
  if (folder.starts_with('/') && one_line && !folder.ends_with(' ')) return absl::OkStatus();
  return absl::InvalidArgumentError(
      fmt::format("{} must be an absolute path in one line, not {}", name, Quoted(folder)));
}

}  // namespace biglittle
