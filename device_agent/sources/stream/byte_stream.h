// Where a sensor's bytes come from.
#pragma once

#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "core/clock.h"

namespace biglittle {

// Who implements it: Open and Close are called in turn, as often as the stream has failed, on
// threads that may wait.
class ByteStream {
 public:
  virtual ~ByteStream() = default;

  // Opens what is to be read. The descriptor can be polled; it stays the stream's. Errors in one
  // line that says what and where.
  virtual absl::StatusOr<int> Open() = 0;
  // Ends and forgets what Open opened, also where it failed. Throws nothing.
  virtual void Close() = 0;

  // Reading has come to the end of the bytes: how long to wait before it is tried again, where more
  // may come; nullopt: the stream has ended.
  virtual std::optional<Milliseconds> PauseAtEnd() { return std::nullopt; }
  // Then: OK, there will be no bytes, ever. Else why the stream has failed, and it is opened again.
  virtual absl::Status WhyEnded() = 0;
};

}  // namespace biglittle
