#include "device_agent/sources/stream/stream_source.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <utility>

#include "core/program/exception_status.h"

namespace biglittle {
namespace {

constexpr std::size_t kReadBytes = std::size_t{16} << 10U;
// Of who waits: what is read at once has to fit in, whether there is room for all of it or not.
constexpr std::size_t kFewBytes = std::size_t{1} << 12U;
constexpr Milliseconds kRoomPoll{2};

}  // namespace

StreamSource::StreamSource(std::unique_ptr<ByteStream> stream, std::unique_ptr<ByteSink> sink,
                           bool waits, Milliseconds restart_delay)
    : stream_(std::move(stream)),
      sink_(std::move(sink)),
      waits_(waits),
      restart_delay_(restart_delay) {}

absl::Status StreamSource::Start(SampleInbox& inbox) {
  sink_->Begin(inbox, Clock::Real().Now());
  if (absl::Status armed = stop_.Arm(); !armed.ok()) return armed;
  const absl::StatusOr<int> fd = stream_->Open();
  if (!fd.ok()) return fd.status();
  thread_ = std::thread([this, fd = *fd, &inbox] { Read(fd, inbox); });
  return absl::OkStatus();
}

void StreamSource::Stop() {
  if (thread_.joinable()) {
    stop_.Raise();
    thread_.join();
  }
  stream_->Close();
  stop_.Disarm();
}

void StreamSource::Read(int fd, SampleInbox& inbox) {
  while (Wait(fd, inbox)) {
    std::optional<absl::Status> said;
    const absl::Status broken = StatusOrException([&] {
      said = ReadOnce(fd);
      return absl::OkStatus();
    });
    if (!broken.ok()) return inbox.Fail(broken);
    if (!said) continue;
    return said->ok() ? inbox.End() : inbox.Fail(*said);
  }
}

bool StreamSource::Wait(int fd, const SampleInbox& inbox) const {
  while (waits_ && inbox.full()) {
    if (!stop_.Pause(kRoomPoll)) return false;
  }
  std::array<pollfd, 2> polled{{stop_.Polled(), {fd, POLLIN, 0}}};
  while (poll(polled.data(), polled.size(), -1) < 0) {
    if (errno != EINTR && errno != EAGAIN) return false;
  }
  return polled[0].revents == 0;
}

std::optional<absl::Status> StreamSource::ReadOnce(int fd) {
  std::array<char, kReadBytes> bytes;
  const ssize_t count = read(fd, bytes.data(), waits_ ? kFewBytes : bytes.size());
  const SteadyTime now = Clock::Real().Now();
  if (count > 0) {
    absl::Status status = sink_->OnBytes({bytes.data(), static_cast<std::size_t>(count)}, now);
    return status.ok() ? std::nullopt : std::optional(std::move(status));
  }
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return std::nullopt;
  if (const auto pause = count == 0 ? stream_->PauseAtEnd() : std::nullopt) {
    stop_.Pause(*pause);
    return std::nullopt;
  }
  const int error = count < 0 ? errno : 0;
  absl::Status last = sink_->OnEnd(now);
  absl::Status why = stream_->WhyEnded();
  if (why.ok() && error != 0) {
    return absl::UnavailableError(fmt::format("reading has failed: {}", std::strerror(error)));
  }
  return last.ok() ? why : last;
}

}  // namespace biglittle
