#include "cli/deploy/manifest.h"

#include <fmt/format.h>

#include <cstddef>
#include <span>

#include "absl/status/status.h"

#include "core/digest.h"
#include "core/text.h"

namespace biglittle {
namespace {

constexpr std::string_view kFirstLine = "biglittle-manifest 1";
constexpr std::string_view kAgent = "biglittle-agent@";
constexpr std::size_t kMaxLines = 100'000;

std::string_view TakeLine(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

// At most `most` words; the last has what is left of the line.
std::vector<std::string> Words(std::string_view line, std::size_t most) {
  std::vector<std::string> words;
  while (words.size() + 1 < most) {
    const std::size_t blank = line.find(' ');
    if (blank == std::string_view::npos) break;
    words.emplace_back(line.substr(0, blank));
    line.remove_prefix(blank + 1);
  }
  words.emplace_back(line);
  return words;
}

bool Take(std::string_view line, Manifest& manifest) {
  const std::string_view word = line.substr(0, line.find(' '));
  const auto words = [&](std::size_t count) {
    std::vector<std::string> all = Words(line, count);
    return all.size() == count ? all : std::vector<std::string>();
  };
  std::vector<std::string> w;
  if (word == "host" && !(w = words(2)).empty()) {
    manifest.host = w[1];
  } else if (word == "machine" && !(w = words(3)).empty()) {
    manifest.architecture = w[1];
    manifest.release = w[2];
  } else if (word == "package" && !(w = words(5)).empty()) {
    manifest.packages.push_back({.name = w[1], .version = w[2], .sha256 = w[3], .file = w[4]});
  } else if (word == "unit" && !(w = words(7)).empty()) {
    manifest.units.push_back({.name = w[1],
                              .digest = w[2],
                              .ready = {.kind = w[3], .host = w[4], .port = w[5]},
                              .state = w[6]});
  } else if (word == "file" && !(w = words(3)).empty()) {
    manifest.files.push_back({.sha256 = w[1], .path = w[2]});
  } else {
    return false;
  }
  return true;
}

}  // namespace

std::string ToText(const Manifest& manifest) {
  std::string text = fmt::format("{}\nhost {}\nmachine {} {}\n", kFirstLine, manifest.host,
                                 manifest.architecture, manifest.release);
  for (const ManifestPackage& package : manifest.packages) {
    text += fmt::format("package {} {} {} {}\n", package.name, package.version, package.sha256,
                        package.file);
  }
  for (const ManifestUnit& unit : manifest.units) {
    text += fmt::format("unit {} {} {} {} {} {}\n", unit.name, unit.digest, unit.ready.kind,
                        unit.ready.host, unit.ready.port, unit.state);
  }
  for (const ManifestFile& file : manifest.files) {
    text += fmt::format("file {} {}\n", file.sha256, file.path);
  }
  return text;
}

absl::StatusOr<Manifest> ParseManifest(std::string_view text) {
  Manifest manifest;
  if (TakeLine(text) != kFirstLine) {
    return absl::InvalidArgumentError(fmt::format("a manifest begins with '{}'", kFirstLine));
  }
  for (std::size_t lines = 0; !text.empty(); ++lines) {
    const std::string_view line = TakeLine(text);
    if (lines >= kMaxLines || !Take(line, manifest)) {
      return absl::InvalidArgumentError(
          fmt::format("a manifest has no line such as {}", Quoted(line)));
    }
  }
  return manifest;
}

std::string ReleaseName(const Manifest& manifest) {
  constexpr std::size_t kDigits = 12;
  const std::string text = ToText(manifest);
  return Sha256(std::as_bytes(std::span(text))).substr(0, kDigits);
}

std::string AgentUnit(std::string_view device) { return fmt::format("{}{}", kAgent, device); }

std::string WorkerUnit(std::string_view worker) {
  return fmt::format("biglittle-worker@{}", worker);
}

std::string DeviceOf(std::string_view unit) {
  return unit.starts_with(kAgent) ? std::string(unit.substr(kAgent.size())) : "";
}

}  // namespace biglittle
