#include "cli/dashboard/page_folder.h"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include "cli/text_file.h"
#include "core/read_file.h"

namespace biglittle {
namespace {

constexpr std::size_t kMostBytes = std::size_t{16} << 20U;
// What stands for the broker's address in the policy of dashboard/src/index.html.
constexpr std::string_view kPlaceholder = "CONNECT";

// Where `./biglittle` builds it, or an installed package has it.
std::optional<std::filesystem::path> BuiltPage(const Installation& installation) {
  for (const char* folder : {"build/dashboard", "dashboard"}) {
    const std::filesystem::path page = installation.home / folder;
    if (std::filesystem::exists(page / "index.html") && std::filesystem::exists(page / "app.js")) {
      return page;
    }
  }
  return std::nullopt;
}

absl::Status Copy(const std::filesystem::path& from, const std::filesystem::path& to) {
  const auto text = ReadWholeFile(from, kMostBytes);
  if (!text.ok()) return text.status();
  return WriteTextFile(to, *text);
}

absl::Status WriteIndex(const std::filesystem::path& from, const std::string& url,
                        const std::filesystem::path& to) {
  auto text = ReadWholeFile(from, kMostBytes);
  if (!text.ok()) return text.status();
  const std::size_t at = text->find(kPlaceholder);
  if (at == std::string::npos) {
    return absl::FailedPreconditionError(
        fmt::format("{} is no page of this BigLittle: build it again", from.string()));
  }
  return WriteTextFile(to, text->replace(at, kPlaceholder.size(), url));
}

}  // namespace

absl::Status WritePage(const Installation& installation, const FleetConfig& fleet,
                       const PageSettings& settings, const std::filesystem::path& folder) {
  const absl::StatusOr<std::string> json = ToPageJson(fleet, settings);
  if (!json.ok()) return json.status();
  const std::optional<std::filesystem::path> page = BuiltPage(installation);
  if (!page) {
    return absl::FailedPreconditionError(
        "the page is not built: './biglittle dashboard' and './biglittle demo --dashboard' build "
        "it, or 'npm ci && npm run build' in dashboard/");
  }
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  absl::Status status = WriteIndex(*page / "index.html", settings.url, folder / "index.html");
  for (const char* file : {"app.js", "app.css"}) {
    if (status.ok()) status = Copy(*page / file, folder / file);
  }
  if (status.ok()) status = WriteTextFile(folder / "settings.json", *json);
  return status;
}

}  // namespace biglittle
