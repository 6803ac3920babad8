#include "nn/weight_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/status/status.h"

#include "core/descriptor.h"
#include "core/digest.h"

namespace biglittle::nn {
namespace {

constexpr std::size_t kMaxFiles = 64;

absl::StatusOr<Descriptor> Open(const std::filesystem::path& folder, const std::string& name) {
  const std::string where = folder.empty() ? "." : folder.string();
  const Descriptor at(open(where.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  // Not blocking, should it be a pipe.
  const int flags = O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC;
  Descriptor file(at.get() < 0 ? -1 : openat(at.get(), name.c_str(), flags));
  if (file.get() >= 0) return file;
  if (errno == ELOOP) {
    return absl::InvalidArgumentError("it is a symbolic link; put the file itself there");
  }
  if (errno == ENOENT) {
    return absl::NotFoundError(fmt::format(
        "there is no such file in {}; take it along with the model, under this name", where));
  }
  return absl::UnavailableError(fmt::format("it cannot be opened: {}", std::strerror(errno)));
}

absl::StatusOr<std::vector<std::byte>> ReadAll(int fd, std::size_t max_bytes) {
  struct stat status {};
  if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
    return absl::InvalidArgumentError("it is not a regular file");
  }
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size > max_bytes) {
    return absl::ResourceExhaustedError(
        fmt::format("it has {} bytes, {} are allowed", size, max_bytes));
  }
  std::vector<std::byte> bytes(size);
  std::size_t have = 0;
  while (have < size) {
    const ssize_t got = read(fd, bytes.data() + have, size - have);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return absl::DataLossError("it cannot be read to its end");
    have += static_cast<std::size_t>(got);
  }
  return bytes;
}

std::vector<WeightFileInfo> Describe(const std::map<std::string, std::vector<std::byte>>& files) {
  std::vector<WeightFileInfo> infos;
  for (const auto& [name, bytes] : files) infos.push_back({name, bytes.size(), Sha256(bytes)});
  return infos;
}

}  // namespace

absl::StatusOr<std::span<const std::byte>> WeightFolder::Read(const std::string& name) {
  if (const auto known = files_.find(name); known != files_.end()) return known->second;
  if (!IsPlainFileName(name)) return absl::InvalidArgumentError("it leads out of the folder");
  if (files_.size() >= kMaxFiles) {
    return absl::ResourceExhaustedError(
        fmt::format("the model has more than {} files of weights", kMaxFiles));
  }
  const absl::StatusOr<Descriptor> file = Open(folder_, name);
  if (!file.ok()) return file.status();
  absl::StatusOr<std::vector<std::byte>> bytes = ReadAll(file->get(), max_bytes_ - read_bytes_);
  if (!bytes.ok()) return bytes.status();
  read_bytes_ += bytes->size();
  return files_.emplace(name, *std::move(bytes)).first->second;
}

std::vector<WeightFileInfo> WeightFolder::used() const { return Describe(files_); }

absl::StatusOr<std::span<const std::byte>> WeightMemory::Read(const std::string& name) {
  const auto known = files_.find(name);
  if (known != files_.end()) return known->second;
  return absl::FailedPreconditionError(
      "the task names no digest for it; name the file and its sha256 under the net's weight_files");
}

std::vector<WeightFileInfo> WeightMemory::used() const { return Describe(files_); }

}  // namespace biglittle::nn
