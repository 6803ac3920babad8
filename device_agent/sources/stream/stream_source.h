// A live source that reads bytes.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <thread>

#include "absl/status/status.h"

#include "core/clock.h"
#include "device_agent/sources/live_source.h"
#include "device_agent/sources/stream/byte_stream.h"
#include "device_agent/sources/stream/stop_event.h"

namespace biglittle {

// What becomes of the bytes. Not thread-safe: the thread of the source that has it.
class ByteSink {
 public:
  virtual ~ByteSink() = default;

  // The source begins, for the first time or again: what was left over is forgotten.
  virtual void Begin(SampleInbox& inbox, SteadyTime now) = 0;
  // Bytes that were there at `now`. Not OK: no bytes of this stream can be read.
  virtual absl::Status OnBytes(std::string_view bytes, SteadyTime now) = 0;
  // There are no more.
  virtual absl::Status OnEnd(SteadyTime now) = 0;
};

// Reads with a thread of its own, from Start to Stop.
class StreamSource final : public LiveSource {
 public:
  // `waits`: nothing is read while the inbox is full. `restart_delay`: as LiveSource's.
  StreamSource(std::unique_ptr<ByteStream> stream, std::unique_ptr<ByteSink> sink, bool waits,
               Milliseconds restart_delay);
  ~StreamSource() override { Stop(); }

  absl::Status Start(SampleInbox& inbox) override;
  void Stop() override;
  bool waits() const override { return waits_; }
  Milliseconds restart_delay() const override { return restart_delay_; }

 private:
  void Read(int fd, SampleInbox& inbox);
  // Until there is something to read, and room for it; false: it is to stop.
  bool Wait(int fd, const SampleInbox& inbox) const;
  // What has to be said of the stream: nullopt while it goes on.
  std::optional<absl::Status> ReadOnce(int fd);

  const std::unique_ptr<ByteStream> stream_;
  const std::unique_ptr<ByteSink> sink_;
  const bool waits_;
  const Milliseconds restart_delay_;

  StopEvent stop_;
  std::thread thread_;
};

}  // namespace biglittle
