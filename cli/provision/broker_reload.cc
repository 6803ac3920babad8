#include "cli/provision/broker_reload.h"

#include <pwd.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "core/text.h"

namespace biglittle {
namespace {

// A process's arguments, each of which ends with a zero byte there; empty if it is gone.
std::vector<std::string> ArgumentsOf(const std::filesystem::path& process) {
  std::ifstream in(process / "cmdline", std::ios::binary);
  std::vector<std::string> arguments;
  for (std::string argument; std::getline(in, argument, '\0');) arguments.push_back(argument);
  return arguments;
}

// The file after -c or --config-file; relative ones are relative to where it runs.
std::optional<std::filesystem::path> SettingsOf(const std::filesystem::path& process) {
  const std::vector<std::string> arguments = ArgumentsOf(process);
  if (arguments.empty() || std::filesystem::path(arguments[0]).filename() != "mosquitto") {
    return std::nullopt;
  }
  for (std::size_t i = 1; i + 1 < arguments.size(); ++i) {
    if (arguments[i] != "-c" && arguments[i] != "--config-file") continue;
    std::error_code error;
    const auto folder = std::filesystem::read_symlink(process / "cwd", error);
    return folder / arguments[i + 1];
  }
  return std::nullopt;
}

bool IsOfTrusted(const std::filesystem::path& process, const passwd* user) {
  struct stat about {};
  if (stat(process.c_str(), &about) != 0) return false;
  return about.st_uid == 0 || about.st_uid == geteuid() ||
         (user != nullptr && about.st_uid == user->pw_uid);
}

}  // namespace

bool ReloadBroker(const std::filesystem::path& settings, const std::string& user) {
  const passwd* known = getpwnam(user.c_str());
  std::error_code error;
  bool reloaded = false;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", error)) {
    const std::string name = entry.path().filename();
    const auto pid = ParseNumber<pid_t>(name);
    if (!pid) continue;
    const auto used = SettingsOf(entry.path());
    if (!used || !IsOfTrusted(entry.path(), known) ||
        !std::filesystem::equivalent(*used, settings, error))
      continue;
    reloaded = kill(*pid, SIGHUP) == 0 || reloaded;
  }
  return reloaded;
}

}  // namespace biglittle
