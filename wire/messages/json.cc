#include "wire/messages/json.h"

#include <fmt/format.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <chrono>
#include <cstdint>

#include <google/protobuf/timestamp.pb.h>

#include "core/shown_text.h"
#include "core/text.h"

namespace biglittle::wire {
namespace {

// What protobuf says has a line for the reason, one with a piece of the text, and one that points
// into it.
std::string InOneLine(std::string_view message) {
  const std::size_t end = message.find('\n');
  if (end == std::string_view::npos) return Shown(message);
  const std::string_view rest = message.substr(end + 1);
  return fmt::format("{} near {}", Shown(message.substr(0, end)),
                     Quoted(rest.substr(0, rest.find('\n'))));
}

}  // namespace

std::string ToJson(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  options.always_print_primitive_fields = true;
  std::string json;
  // Fails only for text that is not UTF-8; then what could be written is still the best there is.
  const auto status = google::protobuf::util::MessageToJsonString(message, &json, options);
  if (!status.ok()) json = "{}";
  return json;
}

absl::Status FromJson(std::string_view json, google::protobuf::Message& message) {
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  const auto status = google::protobuf::util::JsonStringToMessage(
      google::protobuf::StringPiece(json.data(), json.size()), &message, options);
  if (!status.ok()) {
    return absl::InvalidArgumentError(
        fmt::format("no JSON of a {}: {}", message.GetDescriptor()->name(),
                    InOneLine({status.message().data(), status.message().size()})));
  }
  return absl::OkStatus();
}

void SetTimestamp(WallTime time, google::protobuf::Timestamp& out) {
  const auto since_epoch = time.time_since_epoch();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since_epoch);
  out.set_seconds(seconds.count());
  out.set_nanos(static_cast<int>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(since_epoch - seconds).count()));
}

WallTime FromTimestamp(const google::protobuf::Timestamp& timestamp) {
  // A timestamp spans the years 1 to 9999, our clock's nanoseconds only 1677 to 2262; what lies
  // outside is a sender's nonsense, and the nearest time says so well enough.
  constexpr auto kLast =
      std::chrono::floor<std::chrono::seconds>(WallTime::duration::max()) - std::chrono::seconds(1);
  const std::chrono::seconds seconds(
      std::clamp<std::int64_t>(timestamp.seconds(), -kLast.count(), kLast.count()));
  const std::chrono::nanoseconds nanos(std::clamp(timestamp.nanos(), 0, 999'999'999));
  return WallTime(std::chrono::duration_cast<WallTime::duration>(seconds) +
                  std::chrono::duration_cast<WallTime::duration>(nanos));
}

}  // namespace biglittle::wire
