#include <fmt/format.h>

#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/provision/provision_command.h"
#include "core/date_time.h"
#include "core/program/core_dumps.h"
#include "core/yaml/map_reader.h"

namespace biglittle {
namespace {

// One set for the process, as main() parses once.
ProvisionOptions& Shared() {
  static ProvisionOptions options;
  return options;
}

CLI::App* Add(CLI::App& app, const char* name, const char* what, bool with_days = false) {
  CLI::App* command = app.add_subcommand(name, what);
  command->add_option("--dir", Shared().folder, "The folder of the fleet's authority")
      ->capture_default_str();
  if (with_days) {
    command->add_option("--days", Shared().days, "How long certificates are valid")
        ->capture_default_str();
  }
  return command;
}

void AddInit(CLI::App& app, ChosenCommand& chosen) {
  static ProvisionInitOptions init;
  CLI::App* command = Add(app, "init", "Make a fleet's authority and its broker's settings");
  command->add_option("--config", init.config, "The fleet's YAML file")->required();
  command->add_option("--host", init.hosts, "A further name or address of the broker; repeatable");
  command->add_option("--websockets-port", init.websockets_port,
                      "Also listen for dashboards in browsers");
  command->add_option("--admin-port", init.admin_port,
                      "Of the administrator's listener on loopback; 0: none (default: the fleet "
                      "file's port + 2)");
  command->add_option("--bind", init.bind_address,
                      "The address that the broker listens on (default: all of its machine's)");
  command->add_option("--user", init.user, "That the broker runs as (default: mosquitto as root)");
  command->callback([&chosen] {
    chosen = [] { return RunProvisionInit(Shared(), init, std::cout, std::cerr); };
  });
}

void AddMembers(CLI::App& app, ChosenCommand& chosen) {
  static std::vector<std::string> ids;
  for (const Role role : kRoles) {
    if (role == Role::kAdmin) continue;  // there is one, made by init
    const std::string name(RoleName(role));
    CLI::App* command = Add(app, ("add-" + name).c_str(),
                            fmt::format("Let {} {} in: a key, a certificate and its rights",
                                        name.starts_with("o") ? "an" : "a", name)
                                .c_str(),
                            true);
    command->add_option("id", ids, "Its id; several are taken")->required();
    command->callback([&chosen, role] {
      chosen = [role] { return RunProvisionAdd(Shared(), role, ids, std::cout, std::cerr); };
    });
  }
}

void AddRevoke(CLI::App& app, ChosenCommand& chosen) {
  static std::string id;
  CLI::App* command =
      Add(app, "revoke", "End somebody's session, rights and certificates, at once");
  command->add_option("id", id, "Its id, or ROLE/ID")->required();
  command->callback([&chosen] {
    chosen = [] { return RunProvisionRevoke(Shared(), id, std::cout, std::cerr); };
  });
}

void AddRotate(CLI::App& app, ChosenCommand& chosen) {
  static ProvisionRotateOptions rotate;
  CLI::App* command =
      Add(app, "rotate", "Give somebody, or 'broker', a new key and certificate", true);
  CLI::Option* id = command->add_option("id", rotate.id, "Its id, or ROLE/ID, or broker");
  command
      ->add_option("--expiring", rotate.expiring,
                   "Instead of an id: all whose certificates end within so many days")
      ->excludes(id);
  command->add_flag("--revoke-old", rotate.revoke_old, "The old certificates end at once");
  command->add_option("--host", rotate.hosts,
                      "Of the broker: its names from now on; repeatable (default: as they were)");
  command->add_option("--admin-port", rotate.admin_port,
                      "Of the broker: its administrator's listener on loopback; 0: none");
  command->callback([&chosen] {
    chosen = [] { return RunProvisionRotate(Shared(), rotate, std::cout, std::cerr); };
  });
}

void AddList(CLI::App& app, ChosenCommand& chosen) {
  static bool json = false;
  CLI::App* command = Add(app, "list", "Who is let in, and until when");
  command->add_flag("--json", json, "As JSON");
  command->callback([&chosen] {
    chosen = [] { return RunProvisionList(Shared(), json, std::cout, std::cerr); };
  });
}

void AddApply(CLI::App& app, ChosenCommand& chosen) {
  static ProvisionApplyOptions apply;
  CLI::App* command =
      Add(app, "apply", "Let in whom a fleet file names, and nobody else of its kind", true);
  command->add_option("config", apply.config, "The fleet's YAML file")->required();
  command->add_flag("--dry-run", apply.dry_run, "Only show the difference");
  command->add_flag("--yes", apply.yes, "Do not ask before somebody is revoked");
  command->add_option("--readmit", apply.readmit,
                      "Let an id, or ROLE/ID, in again that was revoked; repeatable");
  command->callback([&chosen] {
    chosen = [] { return RunProvisionApply(Shared(), apply, std::cin, std::cout, std::cerr); };
  });
}

void AddSync(CLI::App& app, ChosenCommand& chosen) {
  CLI::App* command = Add(app, "sync", "Tell the broker what the folder says");
  command->callback(
      [&chosen] { chosen = [] { return RunProvisionSync(Shared(), std::cout, std::cerr); }; });
}

void AddPurge(CLI::App& app, ChosenCommand& chosen) {
  static ProvisionPurgeOptions purge;
  CLI::App* command = Add(app, "purge", "Empty what the broker retains and nobody needs");
  command->add_option("id", purge.id, "Only what this one may write: its id, or ROLE/ID");
  command->add_flag("--dry-run", purge.dry_run, "Only name the topics");
  command->callback([&chosen] {
    chosen = [] { return RunProvisionPurge(Shared(), purge, std::cout, std::cerr); };
  });
}

void AddSignModels(CLI::App& app, ChosenCommand& chosen) {
  static std::vector<std::filesystem::path> tasks;
  CLI::App* command =
      Add(app, "sign-models", "Sign tasks, for fleets that name a models_public_key");
  static ReleaseStamp stamp;
  command->add_option("task", tasks, "A task's folder; several are taken")->required();
  command
      ->add_option("--release", stamp.release,
                   "Write this number into task.yaml: whoever has taken a greater one refuses it")
      ->check(CLI::Range(std::int64_t{1}, kMaxExactWhole));
  command
      ->add_option("--expires", stamp.expires,
                   "Write this day or time into task.yaml: from then on it is said to be old")
      ->check([](const std::string& text) {
        return ParseEndTime(text) ? "" : "a day like 2027-01-31, or a time of RFC 3339";
      });
  command->callback([&chosen] {
    chosen = [] { return RunProvisionSignModels(Shared(), tasks, std::cout, std::cerr, stamp); };
  });
}

}  // namespace

void AddProvision(CLI::App& app, ChosenCommand& chosen) {
  CLI::App* provision =
      app.add_subcommand("provision", "Say who may connect to a fleet's broker, and as what");
  provision->require_subcommand(1);
  provision->preparse_callback([](std::size_t) { KeepKeysOutOfCoreDumps(); });
  AddInit(*provision, chosen);
  AddMembers(*provision, chosen);
  AddRevoke(*provision, chosen);
  AddRotate(*provision, chosen);
  AddList(*provision, chosen);
  AddApply(*provision, chosen);
  AddSync(*provision, chosen);
  AddPurge(*provision, chosen);
  AddSignModels(*provision, chosen);
}

}  // namespace biglittle
