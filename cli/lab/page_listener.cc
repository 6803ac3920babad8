#include "cli/lab/page_listener.h"

#include <fmt/format.h>

#include "cli/provision/secrets.h"
#include "cli/text_file.h"
#include "core/read_file.h"

namespace biglittle {
namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 20U;

// As mosquitto_passwd writes it: scheme 7 is PBKDF2 with SHA-512.
std::string PasswordLine(const PageListener& page) {
  const PasswordHash hash = HashPassword(page.password);
  return fmt::format("{}:$7${}${}${}\n", page.user, hash.iterations, hash.salt, hash.hash);
}

std::string RightsText(const PageListener& page) {
  return fmt::format("user {0}\ntopic read {1}/{2}/#\ntopic write {1}/{2}/devices/+/control\n",
                     page.user, page.topic_root, page.fleet);
}

}  // namespace

absl::Status AddPageListener(const PageListener& page, const std::filesystem::path& folder,
                             BrokerLines& lines) {
  const std::filesystem::path passwords = folder / "page.passwords";
  const std::filesystem::path rights = folder / "page.rights";
  absl::Status status = WriteTextFile(passwords, PasswordLine(page));
  if (status.ok()) status = WriteTextFile(rights, RightsText(page));
  if (!status.ok()) return status;
  // Else the password would be asked of everybody. It must stand before what it changes.
  lines.insert(lines.begin(), {"per_listener_settings", "true"});
  lines.insert(lines.end(), {{"listener", fmt::format("{} 127.0.0.1", page.port)},
                             {"protocol", "websockets"},
                             {"http_dir", page.folder.string()},
                             {"allow_anonymous", "false"},
                             {"password_file", passwords.string()},
                             {"acl_file", rights.string()}});
  return absl::OkStatus();
}

absl::Status AppendPageListener(const PageListener& page,
                                const std::filesystem::path& configuration) {
  const auto text = ReadWholeFile(configuration, kMostBytes);
  if (!text.ok()) return text.status();
  BrokerLines lines = ReadBrokerLines(*text);
  lines.insert(lines.end(), {{"listener", fmt::format("{} 127.0.0.1", page.port)},
                             {"protocol", "websockets"},
                             {"http_dir", page.folder.string()},
                             {"use_username_as_clientid", "true"}});
  return WriteTextFile(configuration, WriteBrokerLines(lines));
}

}  // namespace biglittle
