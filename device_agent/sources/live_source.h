// Where readings come from that will not wait: a sensor, a line, a program, a topic.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"

#include "core/clock.h"
#include "device_agent/sources/sample.h"
#include "wire/mqtt/topic_listener.h"

namespace biglittle {

// What a live source tells the device. All functions are thread-safe, return at once, and may be
// called from Start until Stop has returned; what is said later is not heard.
class SampleInbox {
 public:
  virtual ~SampleInbox() = default;

  // A window, and when it was whole: at its last value, as near as the source can tell, on the
  // steady clock; a time that is still to come counts as now. Never refused: where there is no room
  // one of the windows that wait ends as an overrun, as the fleet file's when_full says.
  virtual void Put(Sample sample, SteadyTime captured_at) = 0;
  // For a source that can wait: one of the windows that wait would have to go for one more.
  virtual bool full() const = 0;
  // Values were lost before they could become a window: this many, of one channel, or at least 1.
  virtual void Gap(std::uint64_t values) = 0;
  // A frame, a line or a message that could not be read, and so is a gap: counted by `reason`, a
  // word of a small fixed set; `what`, one line with the stranger's bytes quoted, is said now and
  // then.
  virtual void Refuse(std::string_view reason, const std::string& what) = 0;
  // What comes is taken, but at another rate than was said, so that windows are shorter or longer
  // than those that the nets know: counted; `what`, one line, is said now and then.
  virtual void OffRate(const std::string& what) { static_cast<void>(what); }
  // A window that is not worth a look by the nets, as the fleet file's gate says.
  virtual void Spare() = 0;
  // The source cannot go on. It is stopped and started again, after a while that grows with each
  // failure; `why`, one line that says what and where, is logged and shown meanwhile.
  virtual void Fail(absl::Status why) = 0;
  // There is nothing more, ever: a file is at its end. What was put before is still taken.
  virtual void End() = 0;
};

// Who implements it: both functions are called on a thread that belongs to this source alone, in
// turn, Start first, as often as the source has failed. They may wait, for instance for a device to
// answer; nobody's deadline hangs on it. What Start cannot do is no error of the configuration: it
// may be plugged in later. (What is wrong whatever happens is found when the source is made.)
// Between them the source delivers from threads or callbacks of its own.
class LiveSource {
 public:
  virtual ~LiveSource() = default;

  // Opens what is to be read and begins to deliver into `inbox`, which is there until Stop has
  // returned. Not OK: as if Fail had been called, and Stop is called nonetheless.
  virtual absl::Status Start(SampleInbox& inbox) = 0;
  // Ends the delivery and closes everything; after it the source uses the inbox no more. Throws
  // nothing. Called once for each Start.
  virtual void Stop() = 0;
  // It looks at full() before it reads, and waits: then nothing of it is dropped. What it puts
  // between two looks is bounded.
  virtual bool waits() const { return false; }
  // Of a source that hears a topic of the fleet's broker by the session which `device` has anyway:
  // what the session tells. Asked once, before the first Start; may be told from then on.
  virtual std::shared_ptr<wire::TopicListener> ListenFor(std::string_view device) {
    static_cast<void>(device);
    return nullptr;
  }
  // After the first failure; then it grows.
  virtual Milliseconds restart_delay() const { return Milliseconds(100); }
};

}  // namespace biglittle
