#include "cli/deploy/manifest.h"

#include <fmt/format.h>

#include <cstddef>
#include <optional>
#include <span>

#include "absl/status/status.h"

#include "cli/deploy/text_lines.h"
#include "core/digest.h"
#include "core/text.h"

namespace biglittle {
namespace {

constexpr std::string_view kFirstLine = "biglittle-manifest 1";
constexpr std::string_view kAgent = "biglittle-agent@";
constexpr std::size_t kMaxLines = 100'000;

// The words of a line, which must be `count`; the last has what is left of the line.
std::optional<std::vector<std::string>> Words(std::string_view line, std::size_t count) {
  std::vector<std::string> words;
  while (words.size() + 1 < count) {
    const std::size_t blank = line.find(' ');
    if (blank == std::string_view::npos) return std::nullopt;
    words.emplace_back(line.substr(0, blank));
    line.remove_prefix(blank + 1);
  }
  words.emplace_back(line);
  return words;
}

// How many words a line has that begins with this one; 0: there is none such.
std::size_t WordsOf(std::string_view first) {
  if (first == "host") return 2;
  if (first == "machine" || first == "file") return 3;
  if (first == "package") return 5;
  return first == "unit" ? 7 : 0;
}

bool Take(std::string_view line, Manifest& manifest) {
  const std::string_view first = line.substr(0, line.find(' '));
  const std::size_t count = WordsOf(first);
  const auto words = count == 0 ? std::nullopt : Words(line, count);
  if (!words) return false;
  const std::vector<std::string>& w = *words;
  if (first == "host") {
    manifest.host = w[1];
  } else if (first == "machine") {
    manifest.architecture = w[1];
    manifest.release = w[2];
  } else if (first == "package") {
    manifest.packages.push_back({.name = w[1], .version = w[2], .sha256 = w[3], .file = w[4]});
  } else if (first == "unit") {
    manifest.units.push_back({.name = w[1],
                              .digest = w[2],
                              .ready = {.kind = w[3], .host = w[4], .port = w[5]},
                              .state = w[6]});
  } else {
    manifest.files.push_back({.sha256 = w[1], .path = w[2]});
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
