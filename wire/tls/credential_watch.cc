#include "wire/tls/credential_watch.h"

#include <sys/stat.h>

#include <utility>

namespace biglittle::wire {

CredentialWatch::CredentialWatch(const BrokerConfig& broker, Identity identity)
    : broker_(broker), identity_(std::move(identity)) {}

FileMark MarkOf(const std::filesystem::path& file) {
  struct stat status {};
  if (stat(file.c_str(), &status) != 0) return {};
  return {status.st_ino, status.st_size,
          std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec};
}

FileMarks CredentialWatch::MarksNow() const {
  if (!broker_.tls) return {};
  const auto files = FindTlsFiles(*broker_.tls, identity_);
  if (!files.ok()) return {};
  return {MarkOf(files->certificate), MarkOf(files->key)};
}

void CredentialWatch::Begin() {
  in_use_ = MarksNow();
  unusable_ = {};
  told_ = false;
}

absl::StatusOr<bool> CredentialWatch::Renewed() {
  const FileMarks now = MarksNow();
  if (now == in_use_) return false;
  const absl::Status usable = LoadCredentials(broker_, identity_).status();
  if (usable.ok()) return true;
  const bool seen_before = now == unusable_;
  if (!seen_before) {
    unusable_ = now;
    told_ = false;
    return false;
  }
  if (std::exchange(told_, true)) return false;
  return usable;
}

}  // namespace biglittle::wire
