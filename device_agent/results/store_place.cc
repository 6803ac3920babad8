#include "device_agent/results/store_place.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <string_view>
#include <system_error>

#include "core/replace_file.h"
#include "core/text.h"

namespace biglittle {
namespace {

constexpr mode_t kOthers = S_IRWXG | S_IRWXO;
constexpr std::string_view kDamaged = ".damaged-";

absl::Status Refused(const std::filesystem::path& path, std::string_view why) {
  return absl::FailedPreconditionError(fmt::format("{} {}", path.string(), why));
}

// A store's files, or what else we write beside one (core/task/release_memory.h,
// device_agent/kept_file.h).
bool IsOurs(const std::filesystem::path& name) {
  const std::string text = name.string();
  return text.find(".sqlite") != std::string::npos || text.find(".release") != std::string::npos ||
         text.find(".control.json") != std::string::npos ||
         text.find(".home-assistant.json") != std::string::npos;
}

bool HoldsOnlyStores(const std::filesystem::path& folder) {
  std::error_code error;
  for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end;
       at.increment(error)) {
    if (!IsOurs(at->path().filename())) return false;
  }
  return !error;
}

absl::Status TightenFolder(const std::filesystem::path& folder, std::vector<std::string>& notes) {
  struct stat status {};
  if (stat(folder.c_str(), &status) != 0) return FileTrouble(folder, "cannot be used", errno);
  if ((status.st_mode & kOthers) == 0) return absl::OkStatus();
  if (HoldsOnlyStores(folder) && chmod(folder.c_str(), S_IRWXU) == 0) {
    notes.push_back(fmt::format("{} was open to others, and is now 0700", folder.string()));
    return absl::OkStatus();
  }
  const bool replaceable =
      (status.st_mode & (S_IWGRP | S_IWOTH)) != 0 && (status.st_mode & S_ISVTX) == 0;
  if (!replaceable) return absl::OkStatus();  // the file's own mode is enough
  return Refused(folder,
                 "is a folder that others may write to, and not the store's alone: give the store "
                 "a folder of its own, or chmod go-w this one");
}

// The file exists. Not opened for that: to close it would give up the locks of a store that this
// process has open.
absl::Status TightenFile(const std::filesystem::path& file, std::vector<std::string>& notes) {
  struct stat status {};
  if (lstat(file.c_str(), &status) != 0) {
    return errno == ENOENT ? absl::OkStatus() : FileTrouble(file, "cannot be used", errno);
  }
  if (S_ISLNK(status.st_mode)) {
    return Refused(file, "is a symbolic link where the store should be: remove it");
  }
  if (!S_ISREG(status.st_mode)) return Refused(file, "is no file: remove it");
  if ((status.st_mode & kOthers) == 0) return absl::OkStatus();
  if (chmod(file.c_str(), kOwnerOnly) != 0) {
    return Refused(file, "is open to others and cannot be closed to them: chown it to this user");
  }
  notes.push_back(fmt::format("{} was open to others, and is now 0600", file.string()));
  return absl::OkStatus();
}

// SQLite would make it for all that the umask lets in.
absl::Status MakeFile(const std::filesystem::path& file) {
  const int fd = open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, kOwnerOnly);
  if (fd < 0)
    return errno == EEXIST ? absl::OkStatus() : FileTrouble(file, "cannot be made", errno);
  close(fd);
  return absl::OkStatus();
}

// By number, which is by age.
std::map<std::uint64_t, std::filesystem::path> AllPutAside(const std::filesystem::path& file) {
  const std::string begin = file.filename().string() + std::string(kDamaged);
  std::map<std::uint64_t, std::filesystem::path> found;
  std::error_code error;
  for (std::filesystem::directory_iterator at(file.parent_path(), error), end; !error && at != end;
       at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (!name.starts_with(begin)) continue;
    const auto number = ParseNumber<std::uint64_t>(std::string_view(name).substr(begin.size()));
    if (number) found.emplace(*number, at->path());
  }
  return found;
}

std::uint64_t BytesOf(const std::filesystem::path& file) {
  struct stat status {};
  return lstat(file.c_str(), &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
}

}  // namespace

absl::StatusOr<StorePlace> PrepareStorePlace(const std::filesystem::path& file) {
  const std::filesystem::path given = file.has_parent_path() ? file.parent_path() : ".";
  if (absl::Status made = MakeOwnFolder(given); !made.ok()) return made;
  // Which links lead to the folder is the operator's business.
  std::error_code error;
  const std::filesystem::path folder = std::filesystem::canonical(given, error);
  if (error) return FileTrouble(given, "cannot be used", error.value());
  StorePlace place{folder / file.filename(), {}};
  if (absl::Status s = TightenFolder(folder, place.notes); !s.ok()) return s;
  for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
    std::filesystem::path part = place.file;
    part += suffix;
    if (absl::Status s = TightenFile(part, place.notes); !s.ok()) return s;
  }
  if (absl::Status made = MakeFile(place.file); !made.ok()) return made;
  return place;
}

absl::StatusOr<std::filesystem::path> PutStoreAside(const std::filesystem::path& file) {
  const auto others = AllPutAside(file);
  std::filesystem::path aside = file;
  aside += fmt::format("{}{}", kDamaged, others.empty() ? 1 : others.rbegin()->first + 1);
  if (rename(file.c_str(), aside.c_str()) != 0) {
    return FileTrouble(file, "cannot be put aside", errno);
  }
  for (const char* suffix : {"-wal", "-shm", "-journal"}) {
    std::filesystem::path part = file;
    part += suffix;
    unlink(part.c_str());
  }
  return aside;
}

std::vector<std::filesystem::path> TrimPutAside(const std::filesystem::path& file,
                                                std::uint64_t max_bytes) {
  const auto all = AllPutAside(file);
  std::vector<std::filesystem::path> removed;
  std::size_t kept = 0;
  std::uint64_t bytes = 0;
  for (auto newest = all.rbegin(); newest != all.rend(); ++newest) {
    bytes += BytesOf(newest->second);
    if (kept == 0 || (removed.empty() && kept < kMostPutAside && bytes <= max_bytes)) {
      ++kept;
    } else if (unlink(newest->second.c_str()) == 0) {
      removed.push_back(newest->second);
    }
  }
  return removed;
}

}  // namespace biglittle
