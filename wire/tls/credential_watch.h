// Notices that a program's certificate or key on disk is another one than that of its connection.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <filesystem>

#include "absl/status/statusor.h"

#include "core/fleet/broker_config.h"
#include "wire/tls/credentials.h"

namespace biglittle::wire {

// A file as far as it can be told without reading it; zeros if it is missing.
struct FileMark {
  ino_t inode = 0;
  off_t size = 0;
  std::int64_t modified_ns = 0;

  bool operator==(const FileMark&) const = default;
};
using FileMarks = std::array<FileMark, 2>;

FileMark MarkOf(const std::filesystem::path& file);

// Not thread-safe.
class CredentialWatch {
 public:
  CredentialWatch(const BrokerConfig& broker, Identity identity);

  // Before a connection's credentials are loaded: what lies there now is what the connection has.
  void Begin();

  // True if another certificate or key lies there since Begin() and LoadCredentials takes them. Not
  // OK, once a set, if it does not; that is told at the second look, for a set may be half written
  // at the first. ca.pem is not watched: every new connection reads it.
  absl::StatusOr<bool> Renewed();

 private:
  FileMarks MarksNow() const;  // of certificate and key

  const BrokerConfig broker_;
  const Identity identity_;
  FileMarks in_use_;
  FileMarks unusable_;  // the last set that was not taken
  bool told_ = false;
};

}  // namespace biglittle::wire
