// How a source's thread that polls is told to end.
#pragma once

#include <poll.h>
#include <sys/eventfd.h>

#include "absl/status/status.h"

#include "core/clock.h"
#include "core/descriptor.h"

namespace biglittle {

// An eventfd, from Arm to Disarm, which are called while nobody polls; Raise on any thread.
class StopEvent {
 public:
  // Not raised. Unavailable, in one line: no descriptor is left.
  absl::Status Arm() {
    raised_ = Descriptor(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    return raised_.valid() ? absl::OkStatus()
                           : absl::UnavailableError("no file descriptor is left");
  }
  void Raise() { eventfd_write(raised_.get(), 1); }
  void Disarm() { raised_.Reset(); }

  // What to poll for: it is raised once there are events.
  pollfd Polled() const { return {raised_.get(), POLLIN, 0}; }
  // False if it was raised meanwhile.
  bool Pause(Milliseconds pause) const {
    pollfd stop = Polled();
    poll(&stop, 1, static_cast<int>(pause.count()));
    return stop.revents == 0;
  }

 private:
  Descriptor raised_;
};

}  // namespace biglittle
