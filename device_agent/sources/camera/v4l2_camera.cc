#include "device_agent/sources/camera/v4l2_camera.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/videodev2.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>

#include "device_agent/sources/camera/camera_answer.h"
#include "device_agent/sources/camera/camera_libraries.h"

namespace biglittle {
namespace {

constexpr std::uint32_t kBuffers = 4;
constexpr std::size_t kMostBufferBytes = std::size_t{128} << 20U;

// Once a camera was opened.
const VideoLibrary& Video() { return **LoadVideoLibrary(); }

// As ioctl, again where a signal came between.
template <typename Argument>
int Control(int fd, unsigned long request, Argument& argument) {
  int result = -1;
  do {
    result = Video().ioctl(fd, request, &argument);
  } while (result != 0 && errno == EINTR);
  return result;
}

v4l2_buffer BufferOf(std::uint32_t index) {
  v4l2_buffer buffer{};
  buffer.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  buffer.memory = V4L2_MEMORY_MMAP;
  buffer.index = index;
  return buffer;
}

// By the driver's clock where that is the steady one.
SteadyTime TimeOf(const v4l2_buffer& buffer) {
  if ((buffer.flags & V4L2_BUF_FLAG_TIMESTAMP_MASK) != V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC) {
    return std::chrono::steady_clock::now();
  }
  return SteadyTime(std::chrono::seconds(buffer.timestamp.tv_sec) +
                    std::chrono::microseconds(buffer.timestamp.tv_usec));
}

}  // namespace

absl::Status V4l2Camera::Failed(std::string_view what) const {
  return absl::UnavailableError(fmt::format("{} {}: {}", name(), what, std::strerror(errno)));
}

absl::Status V4l2Camera::Lacks(const absl::Status& library) const {
  return absl::UnavailableError(
      fmt::format("{} needs a library: {}", name(), std::string(library.message())));
}

absl::StatusOr<CameraFormat> V4l2Camera::Open() {
  if (absl::Status opened = OpenDevice(); !opened.ok()) return opened;
  absl::StatusOr<CameraFormat> format = Negotiate();
  if (!format.ok()) return format;
  if (format->pixels == CameraPixels::kMjpeg) {
    if (const auto jpeg = LoadJpegLibrary(); !jpeg.ok()) return Lacks(jpeg.status());
  }
  if (absl::Status shared = ShareBuffers(); !shared.ok()) return shared;
  if (absl::Status begun = Begin(); !begun.ok()) return begun;
  return format;
}

absl::Status V4l2Camera::OpenDevice() {
  if (const auto video = LoadVideoLibrary(); !video.ok()) return Lacks(video.status());
  fd_ = open(request_.device.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (fd_ < 0) return Failed("cannot be opened as a camera");
  v4l2_capability about{};
  if (ioctl(fd_, VIDIOC_QUERYCAP, &about) != 0) return Failed("is no camera");
  const std::uint32_t can =
      (about.capabilities & V4L2_CAP_DEVICE_CAPS) != 0 ? about.device_caps : about.capabilities;
  if ((can & V4L2_CAP_VIDEO_CAPTURE) != 0 && (can & V4L2_CAP_STREAMING) != 0) {
    return Video().fd_open(fd_, 0) >= 0 ? absl::OkStatus() : Failed("cannot be used as a camera");
  }
  return absl::UnavailableError(fmt::format(
      "{} takes no images: a camera often has several devices, of which one does", name()));
}

absl::StatusOr<CameraFormat> V4l2Camera::Negotiate() {
  v4l2_format format{};
  format.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  format.fmt.pix.width = static_cast<std::uint32_t>(request_.size.width);
  format.fmt.pix.height = static_cast<std::uint32_t>(request_.size.height);
  format.fmt.pix.pixelformat = FourCcOf(request_.pixels);
  format.fmt.pix.field = V4L2_FIELD_ANY;
  if (Control(fd_, VIDIOC_S_FMT, format) != 0) return Failed("takes no format");
  const v4l2_pix_format& pix = format.fmt.pix;
  auto accepted = FormatOf({pix.pixelformat, pix.width, pix.height, pix.bytesperline});
  if (accepted.ok()) return accepted;
  return absl::UnavailableError(
      fmt::format("{} {}", name(), std::string(accepted.status().message())));
}

absl::Status V4l2Camera::ShareBuffers() {
  v4l2_requestbuffers buffers{};
  buffers.count = kBuffers;
  buffers.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  buffers.memory = V4L2_MEMORY_MMAP;
  if (Control(fd_, VIDIOC_REQBUFS, buffers) != 0) return Failed("gives no buffers");
  if (buffers.count == 0) return absl::UnavailableError(fmt::format("{} gives no buffers", name()));
  for (std::uint32_t i = 0; i < std::min<std::uint32_t>(buffers.count, 2 * kBuffers); ++i) {
    if (absl::Status shared = ShareBuffer(i); !shared.ok()) return shared;
  }
  return absl::OkStatus();
}

absl::Status V4l2Camera::ShareBuffer(std::uint32_t index) {
  v4l2_buffer buffer = BufferOf(index);
  if (Control(fd_, VIDIOC_QUERYBUF, buffer) != 0) return Failed("has no buffer of its images");
  if (buffer.length == 0 || buffer.length > kMostBufferBytes) {
    return absl::UnavailableError(fmt::format("{} has buffers of {} bytes, {} are the most", name(),
                                              buffer.length, kMostBufferBytes));
  }
  void* memory = Video().mmap(nullptr, buffer.length, PROT_READ | PROT_WRITE, MAP_SHARED, fd_,
                              buffer.m.offset);
  if (memory == MAP_FAILED) return Failed("has buffers that cannot be shared");
  buffers_.emplace_back(static_cast<std::uint8_t*>(memory), buffer.length);
  return absl::OkStatus();
}

absl::Status V4l2Camera::Begin() {
  for (std::uint32_t i = 0; i < buffers_.size(); ++i) {
    v4l2_buffer buffer = BufferOf(i);
    if (Control(fd_, VIDIOC_QBUF, buffer) != 0) return Failed("takes no buffer");
  }
  int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  return Control(fd_, VIDIOC_STREAMON, type) == 0
             ? absl::OkStatus()
             : Failed("does not begin to take images; has somebody else got it?");
}

absl::Status V4l2Camera::GiveBack() {
  if (!held_) return absl::OkStatus();
  v4l2_buffer buffer = BufferOf(*held_);
  held_.reset();
  return Control(fd_, VIDIOC_QBUF, buffer) == 0 ? absl::OkStatus() : Failed("is gone: unplugged?");
}

absl::StatusOr<std::optional<CameraFrame>> V4l2Camera::Read(Milliseconds patience) {
  if (absl::Status given = GiveBack(); !given.ok()) return given;
  pollfd entry{.fd = fd_, .events = POLLIN, .revents = 0};
  const int ready = poll(&entry, 1, static_cast<int>(patience.count()));
  if (ready < 0 && errno != EINTR) return Failed("cannot be waited for");
  if (ready <= 0) return std::nullopt;
  v4l2_buffer buffer = BufferOf(0);
  if (Control(fd_, VIDIOC_DQBUF, buffer) != 0) {
    if (errno == EAGAIN && (entry.revents & (POLLERR | POLLHUP)) == 0) return std::nullopt;
    return Failed("is gone: unplugged?");
  }
  if (buffer.index >= buffers_.size()) {
    return absl::UnavailableError(fmt::format("{} gives a buffer that it has not", name()));
  }
  held_ = buffer.index;
  const std::span<std::uint8_t> memory = buffers_[buffer.index];
  return CameraFrame{memory.first(std::min<std::size_t>(memory.size(), buffer.bytesused)),
                     TimeOf(buffer), (buffer.flags & V4L2_BUF_FLAG_ERROR) != 0};
}

void V4l2Camera::Close() {
  if (fd_ < 0) return;
  int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  Control(fd_, VIDIOC_STREAMOFF, type);
  for (const std::span<std::uint8_t> buffer : buffers_)
    Video().munmap(buffer.data(), buffer.size());
  Video().close(fd_);
  buffers_.clear();
  held_.reset();
  fd_ = -1;
}

}  // namespace biglittle
