#include "device_agent/recording/window_ring.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <system_error>
#include <utility>

#include "core/replace_file.h"
#include "core/shown_text.h"
#include "core/text.h"

namespace biglittle {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kSegments = 16;
constexpr char kWindows[] = ".npy";
constexpr char kLines[] = ".jsonl";
constexpr std::uint64_t kFrontBytes = 256;  // at most, of a segment's array

std::optional<std::uint64_t> NumberOf(const fs::path& file) {
  if (file.extension() != kWindows && file.extension() != kLines) return std::nullopt;
  return ParseNumber<std::uint64_t>(file.stem().string());
}

absl::Status About(const fs::path& file, const char* what, int error) {
  return absl::UnavailableError(
      fmt::format("{} {}: {}", Shown(file.string()), what, std::strerror(error)));
}

}  // namespace

absl::StatusOr<WindowRing> WindowRing::Open(Options options) {
  const std::uint64_t window = ElementSize(options.dtype) *
                               static_cast<std::uint64_t>(ElementCount(options.window).value_or(1));
  if (options.max_bytes / kLeastWindows < window + kFrontBytes) {
    return absl::InvalidArgumentError(
        fmt::format("'max_bytes' {} of 'record' holds fewer than {} windows of {} bytes: raise it",
                    options.max_bytes, kLeastWindows, window));
  }
  if (absl::Status made = MakeOwnFolder(options.folder); !made.ok()) return made;
  WindowRing ring(std::move(options));
  if (absl::Status found = ring.FindSegments(); !found.ok()) return found;
  ring.MakeRoom(0);
  return ring;
}

fs::path WindowRing::FileOf(std::uint64_t number, const char* ending) const {
  return options_.folder / fmt::format("{:012}{}", number, ending);
}

absl::Status WindowRing::FindSegments() {
  std::map<std::uint64_t, std::uint64_t> bytes;
  std::error_code error;
  fs::directory_iterator entry(options_.folder, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    const auto number = NumberOf(entry->path());
    std::error_code ignored;
    if (!number || !entry->is_regular_file(ignored)) continue;
    bytes[*number] += entry->file_size(ignored);
  }
  if (error) {
    return absl::UnavailableError(
        fmt::format("{} cannot be listed: {}", Shown(options_.folder.string()), error.message()));
  }
  for (const auto& [number, size] : bytes) {
    segments_.push_back({number, size});
    next_ = number + 1;
  }
  return absl::OkStatus();
}

std::uint64_t WindowRing::bytes() const {
  std::uint64_t sum = 0;
  for (const Segment& segment : segments_) sum += segment.bytes;
  return current_ ? sum + current_->windows.bytes() + current_->line_bytes : sum;
}

void WindowRing::MakeRoom(std::uint64_t more) {
  while (!segments_.empty() && bytes() + more > options_.max_bytes) {
    std::error_code ignored;
    for (const char* ending : {kWindows, kLines}) {
      fs::remove(FileOf(segments_.front().number, ending), ignored);
    }
    segments_.pop_front();
  }
}

absl::Status WindowRing::Begin() {
  const fs::path lines = FileOf(next_, kLines);
  Descriptor file(open(lines.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600));
  if (!file.valid()) return About(lines, "cannot be made", errno);
  auto windows =
      GrowingNpy::Open(FileOf(next_, kWindows), AsElementType(options_.dtype), options_.window);
  if (!windows.ok()) {
    std::error_code ignored;
    fs::remove(lines, ignored);
    return windows.status();
  }
  current_.emplace(Current{next_++, *std::move(windows), 0, std::move(file)});
  return absl::OkStatus();
}

absl::Status WindowRing::End() {
  if (!current_) return absl::OkStatus();
  absl::Status committed = Commit();
  segments_.push_back({current_->number, current_->windows.bytes() + current_->line_bytes});
  current_.reset();
  return committed;
}

absl::Status WindowRing::Add(std::span<const std::byte> window, std::string_view line) {
  const std::uint64_t more = window.size() + line.size() + 1 + kFrontBytes;
  const std::uint64_t segment =
      current_ ? current_->windows.bytes() + current_->line_bytes : std::uint64_t{0};
  if (current_ && segment + more > options_.max_bytes / kSegments) {
    if (absl::Status ended = End(); !ended.ok()) return ended;
  }
  MakeRoom(more);
  if (!current_) {
    if (absl::Status begun = Begin(); !begun.ok()) return begun;
  }
  const std::string text = std::string(line) + "\n";
  const ssize_t written = write(current_->lines.get(), text.data(), text.size());
  absl::Status done = written == static_cast<ssize_t>(text.size())
                          ? current_->windows.Append(window)
                          : About(FileOf(current_->number, kLines), "cannot be written",
                                  written < 0 ? errno : ENOSPC);
  if (written > 0) current_->line_bytes += static_cast<std::uint64_t>(written);
  if (done.ok()) return done;
  // Line and window must stay of one number: what comes later begins anew.
  static_cast<void>(End());
  return done;
}

absl::Status WindowRing::Commit() {
  return current_ ? current_->windows.Commit() : absl::OkStatus();
}

}  // namespace biglittle
