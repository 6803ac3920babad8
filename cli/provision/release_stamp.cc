#include "cli/provision/release_stamp.h"

#include <fmt/format.h>

#include <string_view>

#include "core/date_time.h"
#include "core/replace_file.h"
#include "core/task/task.h"
#include "core/task/task_file.h"
#include "core/yaml/yaml_reader.h"

namespace biglittle {
namespace {

// Where the line begins that has this key of the outermost map; npos: nowhere.
std::size_t LineOf(std::string_view text, std::string_view key) {
  const std::string begin = fmt::format("{}:", key);
  for (std::size_t at = 0; at < text.size();) {
    if (text.substr(at).starts_with(begin)) return at;
    const std::size_t end = text.find('\n', at);
    if (end == std::string_view::npos) break;
    at = end + 1;
  }
  return std::string_view::npos;
}

std::size_t EndOfLine(std::string_view text, std::size_t at) {
  const std::size_t end = text.find('\n', at);
  return end == std::string_view::npos ? text.size() : end + 1;
}

void SetLine(std::string& text, std::string_view key, std::string_view value) {
  const std::string line = fmt::format("{}: {}\n", key, value);
  if (const std::size_t at = LineOf(text, key); at != std::string::npos) {
    text.replace(at, EndOfLine(text, at) - at, line);
  } else if (const std::size_t task = LineOf(text, "task"); task != std::string::npos) {
    text.insert(EndOfLine(text, task), line);
  }
}

bool Says(const Task& task, const ReleaseStamp& stamp) {
  if (stamp.release && task.release != stamp.release) return false;
  return stamp.expires.empty() || (task.expires && task.expires == ParseEndTime(stamp.expires));
}

}  // namespace

std::string Stamped(const std::string& text, const ReleaseStamp& stamp) {
  std::string stamped = text;
  if (!stamp.expires.empty()) SetLine(stamped, "expires", stamp.expires);
  if (stamp.release) SetLine(stamped, "release", fmt::format("{}", *stamp.release));
  return stamped;
}

absl::Status StampTaskFile(const std::filesystem::path& file, const ReleaseStamp& stamp) {
  const Parsed<std::string> text = ReadTextFile(file);
  if (!text.ok()) return absl::InvalidArgumentError(ToString(text.problems));
  const std::string stamped = Stamped(*text.value, stamp);
  const Parsed<Task> task = ParseTask(stamped, file);
  if (!task.ok()) return absl::InvalidArgumentError(ToString(task.problems));
  if (!Says(*task.value, stamp)) {
    return absl::InvalidArgumentError(fmt::format(
        "{}: has no line of its own for 'task', 'release' or 'expires': write them by hand",
        file.string()));
  }
  if (stamped == *text.value) return absl::OkStatus();
  return ReplaceFile(file, stamped, kReadableByAll);
}

}  // namespace biglittle
