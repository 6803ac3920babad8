#include "cli/deploy/host_link.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <system_error>
#include <utility>
#include <vector>

#include "cli/deploy/outside_program.h"
#include "cli/deploy/text_lines.h"
#include "cli/provision/private_files.h"
#include "core/read_file.h"
#include "core/replace_file.h"
#include "core/shown_text.h"
#include "core/text.h"

namespace biglittle {
namespace {

constexpr std::size_t kMaxWordsBytes = 1U << 20U;
constexpr std::size_t kMaxDescriptionBytes = 64U << 20U;
// What ssh ends with when it could not do its own part.
constexpr int kSshFailed = 255;
// host.sh's.
constexpr int kRefused = 2;
constexpr int kWentBack = 3;
constexpr int kStuck = 4;

std::string LastLine(const std::string& text) {
  const std::size_t end = text.find_last_not_of("\r\n ");
  if (end == std::string::npos) return "";
  const std::size_t begin = text.rfind('\n', end);
  return text.substr(begin == std::string::npos ? 0 : begin + 1,
                     end - (begin == std::string::npos ? 0 : begin + 1) + 1);
}

absl::Status CodeOf(int exit_code, const std::string& why) {
  switch (exit_code) {
    case 0:
      return absl::OkStatus();
    case kRefused:
      return absl::FailedPreconditionError(why);
    case kWentBack:
      return absl::AbortedError(why);
    case kStuck:
      return absl::InternalError(why);
    case kSshFailed:
      return absl::UnavailableError(why);
    default:
      return absl::InternalError(fmt::format("exit code {}: {}", exit_code, why));
  }
}

// For a remote shell.
std::string InQuotes(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

}  // namespace

const ManifestUnit* HostDescription::FindUnit(std::string_view name) const {
  if (!release) return nullptr;
  const auto unit = std::ranges::find(release->manifest.units, name, &ManifestUnit::name);
  return unit == release->manifest.units.end() ? nullptr : &*unit;
}

absl::StatusOr<HostDescription> ParseDescription(std::string_view text) {
  HostDescription host;
  if (TakeLine(text) != "biglittle-host 1") {
    return absl::InvalidArgumentError(
        "it tells of itself in words that this release does not know");
  }
  while (!text.empty()) {
    const std::string_view line = TakeLine(text);
    const std::size_t blank = line.find(' ');
    const std::string_view word = line.substr(0, blank);
    const std::string rest(blank == std::string_view::npos ? "" : line.substr(blank + 1));
    if (word == "release") {
      host.release.emplace();
      host.release->name = rest.substr(0, rest.find(' '));
      host.release->confirmed = rest.ends_with(" confirmed");
    } else if (word == "since" && host.release) {
      host.release->since = std::chrono::sys_seconds(
          std::chrono::seconds(ParseNumber<std::int64_t>(rest).value_or(0)));
    } else if (word == "state") {
      const std::size_t end = rest.find(' ');
      if (end != std::string::npos) host.units[rest.substr(0, end)] = rest.substr(end + 1);
    } else if (word == "cached") {
      host.cached.insert(rest);
    } else if (word == "manifest" && host.release) {
      auto manifest = ParseManifest(text);
      if (!manifest.ok()) return manifest.status();
      host.release->manifest = *std::move(manifest);
      return host;
    } else {
      return absl::InvalidArgumentError(fmt::format("it tells of itself: {}", Quoted(line)));
    }
  }
  return host;
}

HostLink::HostLink(const HostConfig& host, SshOptions ssh, std::filesystem::path script,
                   std::filesystem::path scratch)
    : host_(host), ssh_(std::move(ssh)), script_(std::move(script)), scratch_(std::move(scratch)) {}

absl::Status HostLink::RunThere(const std::string& command, const std::filesystem::path& input,
                                const std::filesystem::path& output) {
  std::vector<std::string> words = {"ssh", "-T", "-o", "BatchMode=yes"};
  const auto option = [&](const std::string& text) { words.insert(words.end(), {"-o", text}); };
  option(fmt::format("ConnectTimeout={}", ssh_.connect_timeout.count()));
  option(fmt::format("ServerAliveInterval={}",
                     std::max<std::int64_t>(1, ssh_.connect_timeout.count() / 2)));
  option("ServerAliveCountMax=2");
  if (!ssh_.config.empty()) words.insert(words.end(), {"-F", ssh_.config.string()});
  // Root as it is, or by sudo that asks for no password.
  words.insert(words.end(),
               {"--", host_.ssh,
                fmt::format("if [ \"$(id -u)\" = 0 ]; then exec sh -c {0}; else exec sudo -n sh -c "
                            "{0}; fi",
                            InQuotes(command))});
  const auto end = RunProgramToEnd(words, input, output);
  if (!end.ok()) return end.status();
  if (end->exit_code == 0) return absl::OkStatus();
  return CodeOf(end->exit_code, Shown(LastLine(end->errors)));
}

absl::Status HostLink::RunScript(const std::string& arguments,
                                 const std::filesystem::path& output) {
  return RunThere("exec sh -s " + arguments, script_, output);
}

absl::Status HostLink::SendFolder(const std::filesystem::path& folder, const std::string& arguments,
                                  const std::filesystem::path& output,
                                  const std::string& settings) {
  const std::filesystem::path tar = scratch_ / "sent.tar";
  const auto packed = RunProgramToEnd({"tar", "-cf", tar.string(), "-C", folder.string(),
                                       "--owner=0", "--group=0", "--numeric-owner", "."},
                                      {}, scratch_ / "tar.output");
  if (!packed.ok()) return packed.status();
  if (packed->exit_code != 0) {
    return absl::InternalError(fmt::format("tar failed: {}", Shown(LastLine(packed->errors))));
  }
  const std::string command = fmt::format(
      "umask 077; mkdir -p /etc/biglittle/releases && "
      "folder=$(mktemp -d /etc/biglittle/releases/.incoming.XXXXXX) && "
      "tar -xf - -C \"$folder\" && {} sh \"$folder/host.sh\" {}; code=$?; rm -rf \"$folder\"; "
      "exit $code",
      settings, arguments);
  absl::Status sent = RunThere(command, tar, output);
  std::error_code error;
  std::filesystem::remove(tar, error);  // it may have keys
  return sent;
}

absl::StatusOr<HostDescription> HostLink::Describe() {
  const std::filesystem::path output = scratch_ / "described";
  if (auto ran = RunScript("describe", output); !ran.ok()) return ran;
  const auto text = ReadWholeFile(output, kMaxDescriptionBytes);
  if (!text.ok()) return text.status();
  return ParseDescription(*text);
}

absl::Status HostLink::Apply(const std::filesystem::path& folder, const ApplyTerms& terms) {
  const std::filesystem::path output = scratch_ / "applied";
  const std::string settings =
      fmt::format("BIGLITTLE_PATIENCE={}{}", terms.patience.count(),
                  terms.allow_offline ? " BIGLITTLE_ALLOW_OFFLINE=yes" : "");
  absl::Status applied = SendFolder(folder, "apply \"$folder\"", output, settings);
  const auto said = ReadWholeFile(output, kMaxWordsBytes);
  last_words_ = said.ok() ? ShownLines(*said) : "";
  return applied;
}

absl::Status HostLink::Withdraw(const std::string& device, const std::filesystem::path& tar) {
  return RunScript("withdraw " + device, tar);
}

absl::Status HostLink::Restore(const std::string& device, const std::filesystem::path& tar) {
  if (tar.empty()) return RunScript("restore " + device, scratch_ / "restored");
  const std::filesystem::path folder = scratch_ / "restore";
  if (auto made = MakeFolder(folder, kOwnerOnlyFolder); !made.ok()) return made;
  std::error_code error;
  std::filesystem::copy_file(script_, folder / "host.sh",
                             std::filesystem::copy_options::overwrite_existing, error);
  if (!error) {
    std::filesystem::copy_file(tar, folder / "state.tar",
                               std::filesystem::copy_options::overwrite_existing, error);
  }
  if (error) return FileTrouble(folder, "cannot be written", error.value());
  return SendFolder(folder, fmt::format("restore {} \"$folder/state.tar\"", device),
                    scratch_ / "restored", "");
}

absl::Status HostLink::Forget(const std::string& device) {
  return RunScript("forget " + device, scratch_ / "forgotten");
}

}  // namespace biglittle
