#include "device_agent/sources/camera/camera_libraries.h"

#include <cstdio>

#include "core/shared_library.h"

namespace biglittle {
namespace {

absl::StatusOr<JpegLibrary> FindJpeg() {
  const auto library = SharedLibrary::Load("libturbojpeg.so.0", "libturbojpeg0");
  if (!library.ok()) return library.status();
  JpegLibrary jpeg;
  absl::Status found = library->Find("tjInitDecompress", jpeg.init_decompress);
  found.Update(library->Find("tjDecompressHeader3", jpeg.decompress_header));
  found.Update(library->Find("tjDecompress2", jpeg.decompress));
  found.Update(library->Find("tjGetErrorStr2", jpeg.error_text));
  found.Update(library->Find("tjDestroy", jpeg.destroy));
  if (!found.ok()) return found;
  return jpeg;
}

// libv4l2 writes to the standard error what it also returns.
void KeepItQuiet(FILE*& log) {
  static FILE* const nowhere = std::fopen("/dev/null", "we");
  log = nowhere;
}

absl::StatusOr<VideoLibrary> FindVideo() {
  const auto library = SharedLibrary::Load("libv4l2.so.0", "libv4l-0");
  if (!library.ok()) return library.status();
  VideoLibrary video;
  absl::Status found = library->Find("v4l2_fd_open", video.fd_open);
  found.Update(library->Find("v4l2_close", video.close));
  found.Update(library->Find("v4l2_ioctl", video.ioctl));
  found.Update(library->Find("v4l2_mmap", video.mmap));
  found.Update(library->Find("v4l2_munmap", video.munmap));
  decltype(&v4l2_log_file) log = nullptr;
  found.Update(library->Find("v4l2_log_file", log));
  if (!found.ok()) return found;
  KeepItQuiet(*log);
  return video;
}

template <typename Library>
absl::StatusOr<const Library*> Reference(const absl::StatusOr<Library>& found) {
  if (!found.ok()) return found.status();
  return &*found;
}

}  // namespace

absl::StatusOr<const JpegLibrary*> LoadJpegLibrary() {
  static const absl::StatusOr<JpegLibrary> found = FindJpeg();
  return Reference(found);
}

absl::StatusOr<const VideoLibrary*> LoadVideoLibrary() {
  static const absl::StatusOr<VideoLibrary> found = FindVideo();
  return Reference(found);
}

}  // namespace biglittle
