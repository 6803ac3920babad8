#include "device_agent/sources/alsa/alsa_capture.h"

#include <alsa/asoundlib.h>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>

#include "core/text.h"

namespace biglittle {
namespace {

constexpr unsigned kBufferMicroseconds = 500'000;
constexpr unsigned kPeriodMicroseconds = 20'000;

// libasound would print it on stderr.
void LogWhatAlsaSays(const char* /*file*/, int /*line*/, const char* function, int error,
                     const char* format, ...) {
  std::array<char, 512> text{};
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(text.data(), text.size(), format, arguments);
  va_end(arguments);
  spdlog::debug("ALSA, {}: {}{}{}", function, Quoted(text.data()), error == 0 ? "" : ": ",
                error == 0 ? "" : snd_strerror(error));
}

void SilenceAlsa() {
  static std::once_flag once;
  std::call_once(once, [] { snd_lib_error_set_handler(LogWhatAlsaSays); });
}

absl::Status Refused(const CaptureLine& line, std::string_view what, int error) {
  return absl::UnavailableError(
      fmt::format("the ALSA device {} {}: {}", Quoted(line.device), what, snd_strerror(error)));
}

// `beyond` as ALSA has it of the end of a range: less than 0, it lies just below it.
std::string Range(unsigned least, unsigned most, int beyond = 0) {
  if (beyond < 0 && most > least) --most;
  return least == most ? fmt::format("{}", least) : fmt::format("{} to {}", least, most);
}

using HardwareSetup = std::unique_ptr<snd_pcm_hw_params_t, decltype(&snd_pcm_hw_params_free)>;
using SoftwareSetup = std::unique_ptr<snd_pcm_sw_params_t, decltype(&snd_pcm_sw_params_free)>;

absl::Status SetChannels(snd_pcm_t* pcm, snd_pcm_hw_params_t* setup, const CaptureLine& line) {
  if (snd_pcm_hw_params_set_channels(pcm, setup, line.channels) == 0) return absl::OkStatus();
  unsigned least = 0;
  unsigned most = 0;
  snd_pcm_hw_params_get_channels_min(setup, &least);
  snd_pcm_hw_params_get_channels_max(setup, &most);
  return absl::UnavailableError(fmt::format(
      "the ALSA device {} does not give {} channel{}, but {}: mend 'channels', or name a device "
      "that mixes them, as 'plughw:' does",
      Quoted(line.device), line.channels, line.channels == 1 ? "" : "s", Range(least, most)));
}

absl::Status SetRate(snd_pcm_t* pcm, snd_pcm_hw_params_t* setup, const CaptureLine& line) {
  if (snd_pcm_hw_params_set_rate(pcm, setup, line.rate_hz, 0) == 0) return absl::OkStatus();
  unsigned least = 0;
  unsigned most = 0;
  int direction = 0;
  snd_pcm_hw_params_get_rate_min(setup, &least, &direction);
  snd_pcm_hw_params_get_rate_max(setup, &most, &direction);
  return absl::UnavailableError(fmt::format(
      "the ALSA device {} does not give {} Hz, but {} Hz: say one that it gives as 'rate_hz', and "
      "'resample: true' if the task's is another",
      Quoted(line.device), line.rate_hz, Range(least, most, direction)));
}

// Who asks for no size of the buffer gets the largest; then the oldest sample may be old.
void SetSizes(snd_pcm_t* pcm, snd_pcm_hw_params_t* setup) {
  unsigned buffer = kBufferMicroseconds;
  unsigned period = kPeriodMicroseconds;
  int direction = 0;
  snd_pcm_hw_params_set_buffer_time_near(pcm, setup, &buffer, &direction);
  snd_pcm_hw_params_set_period_time_near(pcm, setup, &period, &direction);
}

absl::Status SetUpHardware(snd_pcm_t* pcm, const CaptureLine& line) {
  snd_pcm_hw_params_t* raw = nullptr;
  if (const int error = snd_pcm_hw_params_malloc(&raw); error < 0) {
    return Refused(line, "cannot be set up", error);
  }
  const HardwareSetup setup(raw, &snd_pcm_hw_params_free);
  if (const int error = snd_pcm_hw_params_any(pcm, raw); error < 0) {
    return Refused(line, "has no way to be set up", error);
  }
  snd_pcm_hw_params_set_rate_resample(pcm, raw, 0);
  if (const int error = snd_pcm_hw_params_set_access(pcm, raw, SND_PCM_ACCESS_RW_INTERLEAVED);
      error < 0) {
    return Refused(line, "gives no interleaved channels, 'plughw:' may", error);
  }
  if (const int error = snd_pcm_hw_params_set_format(pcm, raw, SND_PCM_FORMAT_S16); error < 0) {
    return Refused(line, "gives no samples of 16 bits, 'plughw:' may", error);
  }
  if (absl::Status set = SetChannels(pcm, raw, line); !set.ok()) return set;
  if (absl::Status set = SetRate(pcm, raw, line); !set.ok()) return set;
  SetSizes(pcm, raw);
  const int error = snd_pcm_hw_params(pcm, raw);
  return error < 0 ? Refused(line, "cannot be set up", error) : absl::OkStatus();
}

absl::Status SetUpSoftware(snd_pcm_t* pcm, const CaptureLine& line) {
  snd_pcm_sw_params_t* raw = nullptr;
  snd_pcm_uframes_t buffer = 0;
  snd_pcm_uframes_t period = 0;
  int error = snd_pcm_sw_params_malloc(&raw);
  if (error < 0) return Refused(line, "cannot be set up", error);
  const SoftwareSetup setup(raw, &snd_pcm_sw_params_free);
  error = snd_pcm_get_params(pcm, &buffer, &period);
  if (error >= 0) error = snd_pcm_sw_params_current(pcm, raw);
  if (error >= 0) error = snd_pcm_sw_params_set_avail_min(pcm, raw, period);
  if (error >= 0) error = snd_pcm_sw_params(pcm, raw);
  return error < 0 ? Refused(line, "cannot be set up", error) : absl::OkStatus();
}

}  // namespace

class AlsaCapture::Handle {
 public:
  explicit Handle(snd_pcm_t* pcm) : pcm_(pcm) {}
  ~Handle() { snd_pcm_close(pcm_); }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  snd_pcm_t* get() const { return pcm_; }

 private:
  snd_pcm_t* const pcm_;
};

AlsaCapture::AlsaCapture(CaptureLine line) : line_(std::move(line)) {}
AlsaCapture::~AlsaCapture() = default;

absl::Status AlsaCapture::Open() {
  SilenceAlsa();
  snd_pcm_t* pcm = nullptr;
  int error = snd_pcm_open(&pcm, line_.device.c_str(), SND_PCM_STREAM_CAPTURE, SND_PCM_NONBLOCK);
  if (error == -ENOENT || error == -ENODEV || error == -ENXIO) {
    return Refused(line_, "is not there ('arecord -L' lists those that are)", error);
  }
  if (error < 0) return Refused(line_, "cannot be opened", error);
  handle_ = std::make_unique<Handle>(pcm);
  if (absl::Status set = SetUpHardware(pcm, line_); !set.ok()) return set;
  if (absl::Status set = SetUpSoftware(pcm, line_); !set.ok()) return set;
  error = snd_pcm_prepare(pcm);
  if (error >= 0) error = snd_pcm_start(pcm);
  return error < 0 ? Refused(line_, "does not begin to capture", error) : absl::OkStatus();
}

void AlsaCapture::Close() { handle_.reset(); }

std::vector<pollfd> AlsaCapture::Descriptors() {
  const int count = std::max(0, snd_pcm_poll_descriptors_count(handle_->get()));
  std::vector<pollfd> descriptors(static_cast<std::size_t>(count));
  const int filled =
      snd_pcm_poll_descriptors(handle_->get(), descriptors.data(), static_cast<unsigned>(count));
  descriptors.resize(static_cast<std::size_t>(std::clamp(filled, 0, count)));
  return descriptors;
}

absl::StatusOr<Captured> AlsaCapture::Read(std::span<std::int16_t> samples) {
  snd_pcm_t* pcm = handle_->get();
  const snd_pcm_sframes_t count =
      snd_pcm_readi(pcm, samples.data(), samples.size() / line_.channels);
  if (count == 0 || count == -EAGAIN || count == -EINTR) return NothingCaptured{};
  if (count == -EPIPE || count == -ESTRPIPE) return GoOnAfter(static_cast<int>(count));
  if (count < 0) return Refused(line_, "has failed", static_cast<int>(count));
  snd_pcm_sframes_t waiting = 0;
  if (snd_pcm_delay(pcm, &waiting) < 0 || waiting < 0) waiting = 0;
  return CapturedFrames{static_cast<std::size_t>(count), static_cast<std::size_t>(waiting)};
}

absl::StatusOr<Captured> AlsaCapture::GoOnAfter(int error) {
  int recovered = snd_pcm_prepare(handle_->get());
  if (recovered >= 0) recovered = snd_pcm_start(handle_->get());
  if (recovered >= 0) return CaptureOverrun{};
  return Refused(line_, fmt::format("does not go on after '{}'", snd_strerror(error)), recovered);
}

}  // namespace biglittle
