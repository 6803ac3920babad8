// The system's libraries that a camera is read by: loaded when one is opened, for most devices have
// none, and an image takes two megabytes of libraries (docs/decisions/032).
#pragma once

#include <libv4l2.h>
#include <turbojpeg.h>

#include "absl/status/statusor.h"

namespace biglittle {

// Functions of turbojpeg.h, by their names there.
struct JpegLibrary {
  decltype(&tjInitDecompress) init_decompress = nullptr;
  decltype(&tjDecompressHeader3) decompress_header = nullptr;
  decltype(&tjDecompress2) decompress = nullptr;
  decltype(&tjGetErrorStr2) error_text = nullptr;
  decltype(&tjDestroy) destroy = nullptr;
};

// Of libv4l2.h.
struct VideoLibrary {
  decltype(&v4l2_fd_open) fd_open = nullptr;
  decltype(&v4l2_close) close = nullptr;
  decltype(&v4l2_ioctl) ioctl = nullptr;
  decltype(&v4l2_mmap) mmap = nullptr;
  decltype(&v4l2_munmap) munmap = nullptr;
};

// Each there until the process ends. FailedPrecondition, one line: it is not on this machine, and
// what to install. Thread-safe.
absl::StatusOr<const JpegLibrary*> LoadJpegLibrary();
absl::StatusOr<const VideoLibrary*> LoadVideoLibrary();

}  // namespace biglittle
