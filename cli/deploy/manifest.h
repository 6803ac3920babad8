// What a release of a host consists of: lines that both the deployer and a shell script on the host
// (deploy/host/host.sh) read.
//
//   biglittle-manifest 1
//   host gateway-1
//   machine arm64 bookworm
//   package biglittle-agent 0.1.0~deb12u1 SHA256 FILE
//   unit biglittle-agent@pump-1 SHA256 http 127.0.0.1 9464 /var/lib/biglittle
//   file SHA256 models/vibration/little.onnx
//
// Pure functions, thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace biglittle {

struct ManifestPackage {
  std::string name;
  std::string version;
  std::string sha256;
  std::string file;  // its name, which its digest makes its own

  bool operator==(const ManifestPackage&) const = default;
};

// How a unit tells that it is ready: an HTTP server with /ready, a port, or the service manager.
struct ReadySign {
  std::string kind = "-";  // http, tcp or -
  std::string host = "-";
  std::string port = "-";

  bool operator==(const ReadySign&) const = default;
};

struct ManifestUnit {
  std::string name;    // systemd's, without .service
  std::string digest;  // of all that it is started with: another one, and it starts again
  ReadySign ready;
  std::string state = "-";  // of a device with a store its folder, absolute

  bool operator==(const ManifestUnit&) const = default;
};

struct ManifestFile {
  std::string sha256;
  std::string path;  // in the release's folder

  bool operator==(const ManifestFile&) const = default;
};

struct Manifest {
  std::string host;
  std::string architecture;
  std::string release;  // of Debian
  std::vector<ManifestPackage> packages;
  std::vector<ManifestUnit> units;
  std::vector<ManifestFile> files;

  bool operator==(const Manifest&) const = default;
};

std::string ToText(const Manifest& manifest);
// InvalidArgument: no such text. What a host says is a stranger's: nothing in it is more than text.
absl::StatusOr<Manifest> ParseManifest(std::string_view text);
// What the host calls the release: the first digits of its manifest's digest.
std::string ReleaseName(const Manifest& manifest);

// "biglittle-agent@pump-1", "biglittle-worker@worker-1", "biglittle-broker".
std::string AgentUnit(std::string_view device);
std::string WorkerUnit(std::string_view worker);
inline constexpr std::string_view kBrokerUnit = "biglittle-broker";
// The device that a unit runs; empty: it is no agent.
std::string DeviceOf(std::string_view unit);

}  // namespace biglittle
