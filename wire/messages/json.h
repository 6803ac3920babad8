// Protobuf's JSON mapping with the field names of the .proto files, shared by results and status.
// For use inside wire/ only.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"

#include "core/clock.h"

namespace google::protobuf {
class Message;
class Timestamp;
}  // namespace google::protobuf

namespace biglittle::wire {

// One line; fields that hold their default are written, unset optional ones are not.
std::string ToJson(const google::protobuf::Message& message);
// Fields that are not known are ignored: a newer sender may have more.
absl::Status FromJson(std::string_view json, google::protobuf::Message& message);

void SetTimestamp(WallTime time, google::protobuf::Timestamp& out);
WallTime FromTimestamp(const google::protobuf::Timestamp& timestamp);

}  // namespace biglittle::wire
