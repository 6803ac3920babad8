#include <cstddef>
#include <iostream>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/deploy/deploy_command.h"
#include "core/program/core_dumps.h"

namespace biglittle {
namespace {

// One set for the process, as main() parses once.
DeployOptions& Shared() {
  static DeployOptions options;
  return options;
}

CLI::App* Add(CLI::App& app, const char* name, const char* what) {
  CLI::App* command = app.add_subcommand(name, what);
  command->add_option("config", Shared().config, "The fleet's YAML file, with 'hosts'")->required();
  command->add_option("--secure", Shared().secure, "The folder of 'biglittle provision'")
      ->capture_default_str();
  command->add_option("--packages", Shared().packages,
                      "The folder of './biglittle package', or none: they are there by other means "
                      "(default: build/packages)");
  return command;
}

CLI::App* AddOverSsh(CLI::App& app, const char* name, const char* what) {
  CLI::App* command = Add(app, name, what);
  command->add_option("--only", Shared().only,
                      "These hosts: an id, a pattern, or LABEL=VALUE; repeatable (default: all)");
  command->add_option("--ssh-config", Shared().ssh_config, "A configuration file for ssh (its -F)");
  command
      ->add_option("--connect-timeout", Shared().connect_timeout_s,
                   "Seconds that a host has to answer")
      ->check(CLI::Range(1, 600))
      ->capture_default_str();
  command->add_option("--parallel", Shared().parallel, "Hosts at a time")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  return command;
}

void AddPlan(CLI::App& app, ChosenCommand& chosen) {
  CLI::App* command = AddOverSsh(app, "plan", "Show what would change on which host");
  command->callback(
      [&chosen] { chosen = [] { return RunDeployPlan(Shared(), std::cout, std::cerr); }; });
}

void AddApply(CLI::App& app, ChosenCommand& chosen) {
  static DeployApplyOptions apply;
  CLI::App* command = AddOverSsh(
      app, "apply", "Bring it there; stop at the first host that is not ready, which goes back");
  command->add_option("--wait", apply.wait_s, "Seconds that a host's programs have to be ready")
      ->check(CLI::Range(1, 3600))
      ->capture_default_str();
  command->add_flag("--skip-away", apply.skip_away, "Go on without hosts that do not answer");
  command->add_flag("--allow-offline", apply.allow_offline,
                    "A program counts as ready without its broker");
  command->callback(
      [&chosen] { chosen = [] { return RunDeployApply(Shared(), apply, std::cout, std::cerr); }; });
}

void AddStatus(CLI::App& app, ChosenCommand& chosen) {
  CLI::App* command = AddOverSsh(app, "status", "Tell what each host has, and whether it is ready");
  command->callback(
      [&chosen] { chosen = [] { return RunDeployStatus(Shared(), std::cout, std::cerr); }; });
}

void AddBundle(CLI::App& app, ChosenCommand& chosen) {
  static DeployBundleOptions bundle;
  CLI::App* command = Add(app, "bundle", "Write what one host needs, to be brought there by hand");
  command->add_option("--host", bundle.host, "The host's id")->required();
  command->add_option("--out", bundle.out, "A folder that is not there yet, or NAME.tar")
      ->required();
  command->callback([&chosen] {
    chosen = [] { return RunDeployBundle(Shared(), bundle, std::cout, std::cerr); };
  });
}

void AddKubernetes(CLI::App& app, ChosenCommand& chosen) {
  static DeployKubernetesOptions kubernetes;
  CLI::App* command = app.add_subcommand(
      "kubernetes", "Manifests for the broker, the workers and the console, for kustomize");
  command->add_option("config", Shared().config, "The fleet's YAML file")->required();
  command->add_option("--secure", Shared().secure, "The folder of 'biglittle provision'")
      ->capture_default_str();
  command->add_option("--out", kubernetes.out, "A folder that is not there yet")->required();
  command->add_option("--images", kubernetes.images,
                      "What stands before the images' names: registry.example/plant/");
  command->add_option("--tag", kubernetes.tag, "Of the images")->capture_default_str();
  command->add_option("--namespace", kubernetes.space, "Where all of it shall be")
      ->capture_default_str();
  command->callback([&chosen] {
    chosen = [] { return RunDeployKubernetes(Shared(), kubernetes, std::cout, std::cerr); };
  });
}

void AddAnsible(CLI::App& app, ChosenCommand& chosen) {
  static DeployAnsibleOptions ansible;
  CLI::App* command = Add(app, "ansible", "An inventory, a playbook, and a bundle for each host");
  command->add_option("--out", ansible.out, "A folder that is not there yet")->required();
  command->add_option("--parallel", Shared().parallel, "Hosts at a time")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  command->callback([&chosen] {
    chosen = [] { return RunDeployAnsible(Shared(), ansible, std::cout, std::cerr); };
  });
}

void AddExport(CLI::App& app, ChosenCommand& chosen) {
  CLI::App* command = app.add_subcommand("export", "Write files for another tool");
  command->require_subcommand(1);
  AddAnsible(*command, chosen);
  AddKubernetes(*command, chosen);
}

}  // namespace

void AddDeploy(CLI::App& app, ChosenCommand& chosen) {
  CLI::App* deploy =
      app.add_subcommand("deploy", "Bring a fleet to its hosts: by ssh, or as files for others");
  deploy->require_subcommand(1);
  deploy->preparse_callback([](std::size_t) { KeepKeysOutOfCoreDumps(); });
  AddPlan(*deploy, chosen);
  AddApply(*deploy, chosen);
  AddStatus(*deploy, chosen);
  AddBundle(*deploy, chosen);
  AddExport(*deploy, chosen);
}

}  // namespace biglittle
