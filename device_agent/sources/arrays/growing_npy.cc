#include "device_agent/sources/arrays/growing_npy.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "core/shown_text.h"
#include "device_agent/sources/arrays/npy_file.h"

namespace biglittle {
namespace {

// Room for every number of rows.
constexpr std::size_t kFrontBytes = 192;

absl::Status WriteAll(int fd, std::span<const std::byte> bytes, std::uint64_t at) {
  while (!bytes.empty()) {
    const ssize_t written = pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(at));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      return absl::ErrnoToStatus(written == 0 ? ENOSPC : errno, "cannot be written");
    }
    bytes = bytes.subspan(static_cast<std::size_t>(written));
    at += static_cast<std::uint64_t>(written);
  }
  return absl::OkStatus();
}

// As many as there are, up to the size of `bytes`.
absl::StatusOr<std::size_t> ReadAt(int fd, std::span<std::byte> bytes, std::uint64_t at) {
  std::size_t had = 0;
  while (had < bytes.size()) {
    const ssize_t count =
        pread(fd, bytes.data() + had, bytes.size() - had, static_cast<off_t>(at + had));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return absl::ErrnoToStatus(errno, "cannot be read");
    if (count == 0) break;
    had += static_cast<std::size_t>(count);
  }
  return had;
}

}  // namespace

GrowingNpy::GrowingNpy(std::filesystem::path path, ElementType type, Shape row)
    : path_(std::move(path)),
      type_(type),
      row_(std::move(row)),
      row_bytes_(ElementSize(type) * static_cast<std::uint64_t>(ElementCount(row_).value_or(1))),
      front_bytes_(kFrontBytes) {}

absl::StatusOr<GrowingNpy> GrowingNpy::Open(const std::filesystem::path& path, ElementType type,
                                            const Shape& row) {
  GrowingNpy file(path, type, row);
  if (file.row_bytes_ > kMaxDataBytes) {
    return file.Refused(fmt::format("cannot have rows of {}, which are more than {} bytes each",
                                    ToString(row), kMaxDataBytes));
  }
  if (absl::Status opened = file.OpenFile(); !opened.ok()) return opened;
  return file;
}

absl::Status GrowingNpy::Refused(const std::string& why) const {
  return absl::InvalidArgumentError(fmt::format("{} {}", Shown(path_.string()), why));
}

Shape GrowingNpy::ShapeOf(std::uint64_t rows) const {
  Shape shape{static_cast<std::int64_t>(rows)};
  shape.insert(shape.end(), row_.begin(), row_.end());
  return shape;
}

absl::Status GrowingNpy::OpenFile() {
  file_ = Descriptor(open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0644));
  struct stat about {};
  if (!file_.valid() || fstat(file_.get(), &about) != 0) {
    return absl::UnavailableError(
        fmt::format("{} cannot be opened: {}", Shown(path_.string()), std::strerror(errno)));
  }
  if (!S_ISREG(about.st_mode)) return Refused("is no file");
  if (about.st_size > 0) {
    if (absl::Status read = ReadFront(); !read.ok()) return read;
  }
  if (bytes() > static_cast<std::uint64_t>(about.st_size) && rows_ > 0) {
    return Refused("is cut short");
  }
  return CutTo(rows_);
}

absl::Status GrowingNpy::ReadFront() {
  std::vector<std::byte> begin(std::size_t{1} << 16);
  const auto had = ReadAt(file_.get(), begin, 0);
  if (!had.ok()) return Refused(std::string(had.status().message()));
  begin.resize(*had);
  // Nothing was ever committed.
  const auto front_end = begin.begin() + static_cast<std::ptrdiff_t>(std::min(*had, kFrontBytes));
  if (std::all_of(begin.begin(), front_end, [](std::byte b) { return b == std::byte{0}; })) {
    return absl::OkStatus();
  }
  const auto front = ReadNpyFront(begin);
  if (!front.ok()) return Refused("is not such a file: " + std::string(front.status().message()));
  if (!*front) return Refused("is no .npy file");
  const NpyHeader& header = (*front)->header;
  rows_ = static_cast<std::uint64_t>(header.shape[0]);
  if (header.type != type_ || header.shape != ShapeOf(rows_)) {
    return Refused(fmt::format("has {} {}, which rows of {} {} do not fit", Name(header.type),
                               ToString(header.shape), Name(type_), ToString(row_)));
  }
  if (header.big_endian || header.fortran_order) {
    return Refused("has an order of bytes or elements in which it cannot grow");
  }
  front_bytes_ = (*front)->bytes;
  if (NpyFrontText(type_, ShapeOf(kMaxDataBytes), front_bytes_).size() > front_bytes_) {
    return Refused("has no room for more rows in its header");
  }
  return absl::OkStatus();
}

absl::Status GrowingNpy::Append(std::span<const std::byte> rows) {
  const std::uint64_t count = rows.size() / row_bytes_;
  if ((rows_ + count) * row_bytes_ > kMaxDataBytes) {
    return absl::ResourceExhaustedError(
        fmt::format("{} would have more than {} bytes, which is the limit of an array",
                    Shown(path_.string()), kMaxDataBytes));
  }
  if (const absl::Status written = WriteAll(file_.get(), rows, bytes()); !written.ok()) {
    return absl::UnavailableError(
        fmt::format("{} {}", Shown(path_.string()), std::string(written.message())));
  }
  rows_ += count;
  return absl::OkStatus();
}

absl::Status GrowingNpy::Commit() {
  if (rows_ == 0) return absl::OkStatus();
  const std::string front = NpyFrontText(type_, ShapeOf(rows_), front_bytes_);
  // What the front says is there before it says so.
  absl::Status done = fdatasync(file_.get()) == 0
                          ? WriteAll(file_.get(), std::as_bytes(std::span(front)), 0)
                          : absl::ErrnoToStatus(errno, "cannot be flushed");
  if (done.ok()) return done;
  return absl::UnavailableError(
      fmt::format("{} {}", Shown(path_.string()), std::string(done.message())));
}

absl::Status GrowingNpy::CutTo(std::uint64_t rows) {
  rows_ = std::min(rows, rows_);
  const std::uint64_t size = rows_ == 0 ? 0 : bytes();
  if (ftruncate(file_.get(), static_cast<off_t>(size)) != 0) {
    return absl::UnavailableError(
        fmt::format("{} cannot be cut: {}", Shown(path_.string()), std::strerror(errno)));
  }
  if (rows_ == 0) front_bytes_ = kFrontBytes;
  return Commit();
}

absl::StatusOr<DataArray> GrowingNpy::Read() const {
  DataArray array{type_, ShapeOf(rows_), {}};
  array.data.resize(static_cast<std::size_t>(rows_ * row_bytes_));
  const auto had = ReadAt(file_.get(), array.data, front_bytes_);
  if (!had.ok()) return Refused(std::string(had.status().message()));
  if (*had < array.data.size()) return Refused("is cut short");
  return array;
}

}  // namespace biglittle
