#include "cli/deploy/ansible_export.h"

#include <fmt/format.h>

#include <algorithm>

#include <nlohmann/json.hpp>

#include "cli/yaml_text.h"

namespace biglittle {
namespace {

using Json = nlohmann::ordered_json;

// A name that Ansible takes for a group's.
std::string GroupName(std::string text) {
  std::ranges::replace_if(
      text, [](char c) { return c == '-' || c == '.'; }, '_');
  return text;
}

const char* GroupOf(const HostConfig& host) {
  if (host.broker) return "biglittle_broker";
  return host.workers.empty() ? "biglittle_devices" : "biglittle_workers";
}

Json ReachedBy(const std::string& ssh) {
  const std::size_t at = ssh.rfind('@');
  if (at == std::string::npos) return {{"ansible_host", ssh}};
  return {{"ansible_host", ssh.substr(at + 1)}, {"ansible_user", ssh.substr(0, at)}};
}

}  // namespace

std::string AnsibleInventory(const FleetConfig& fleet) {
  Json groups = Json::object();
  // All three, so that the playbook may name them.
  for (const char* group : {"biglittle_broker", "biglittle_workers", "biglittle_devices"}) {
    groups[group] = {{"hosts", Json::object()}};
  }
  for (const HostConfig& host : fleet.hosts) {
    groups[GroupOf(host)]["hosts"][host.id] = ReachedBy(host.ssh);
    for (const auto& [name, value] : host.labels) {
      groups[GroupName(fmt::format("{}_{}", name, value))]["hosts"][host.id] = Json::object();
    }
  }
  return ToYaml({{"all", {{"children", std::move(groups)}}}});
}

std::string AnsiblePlaybook(std::size_t parallel) {
  return fmt::format(
      R"(# Made by `biglittle deploy export ansible`: brings each host its bundle. A host that is not ready goes back to
# what it had, and ends the play. Devices that move take no store along: `biglittle deploy apply` does that.
- name: Bring the fleet to its hosts
  hosts: biglittle_broker:biglittle_workers:biglittle_devices
  order: inventory
  become: true
  gather_facts: false
  serial: {}
  any_errors_fatal: true
  tasks:
    - name: Make a folder for the bundle
      ansible.builtin.tempfile: {{state: directory, prefix: biglittle.}}
      register: place
      changed_when: false
    - name: Bring the bundle
      ansible.builtin.unarchive:
        src: "bundles/{{{{ inventory_hostname }}}}.tar"
        dest: "{{{{ place.path }}}}"
      no_log: true
      changed_when: false
    - name: Apply it
      ansible.builtin.command:
        cmd: sh host.sh apply .
        chdir: "{{{{ place.path }}}}"
      register: applied
      changed_when: applied.stdout is search("(installs|starts|stops|reloads) ")
    - name: Remove what is left of it
      ansible.builtin.file: {{path: "{{{{ place.path }}}}", state: absent}}
      changed_when: false
)",
      parallel);
}

}  // namespace biglittle
