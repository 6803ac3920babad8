#include "cli/provision/dynamic_security.h"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "cli/provision/secrets.h"

namespace biglittle {
namespace {

using nlohmann::json;

json AclsOf(const std::vector<Right>& rights) {
  json acls = json::array();
  for (const Right& right : rights) {
    acls.push_back({{"acltype", AclType(right.kind)}, {"topic", right.filter}, {"allow", true}});
  }
  return acls;
}

json RoleFor(const std::string& name, const std::vector<Right>& rights) {
  return {{"rolename", name}, {"acls", AclsOf(rights)}};
}

// The client id binds password logins; where a certificate says who it is, the listener's
// use_username_as_clientid does the same.
json ClientFor(const std::string& name) {
  return {{"username", name},
          {"clientid", name},
          {"roles", json::array({{{"rolename", name}, {"priority", -1}}})}};
}

// The rights that a role of the broker has, in RightsOf's order; refusals and priorities count as
// rights that nobody wanted.
json Comparable(const json& acls) {
  std::vector<json> all;
  for (const json& acl : acls) {
    all.push_back({acl.at("acltype"), acl.at("topic"), acl.value("allow", false),
                   std::max(acl.value("priority", 0), 0)});
  }
  std::sort(all.begin(), all.end());
  return all;
}

bool SameRights(const json& role, const std::vector<Right>& rights) {
  return Comparable(role.value("acls", json::array())) == Comparable(AclsOf(rights));
}

bool IsEnabledWithOwnRole(const json& client, const std::string& name) {
  if (client.value("disabled", false)) return false;
  const json roles = client.value("roles", json::array());
  return roles.size() == 1 && roles.at(0).at("rolename") == name &&
         client.value("clientid", "") == name && client.value("groups", json::array()).empty();
}

json Named(const json& list, const char* key, std::string_view fleet) {
  json found = json::object();
  for (const json& entry : list) {
    const std::string name = entry.at(key).get<std::string>();
    if (IdentityOf(name, fleet)) found[name] = entry;
  }
  return found;
}

// What is to deny, for any client and topic that no right names.
json WantedDefaults() {
  return {{"publishClientSend", false},
          {"publishClientReceive", false},
          {"subscribe", false},
          {"unsubscribe", true}};
}

json DefaultsCommand() {
  json acls = json::array();
  const json defaults = WantedDefaults();
  for (const auto& [kind, allow] : defaults.items()) {
    acls.push_back({{"acltype", kind}, {"allow", allow}});
  }
  return {{"command", "setDefaultACLAccess"}, {"acls", acls}};
}

json With(json object, const char* command) {
  object["command"] = command;
  return object;
}

std::vector<json> Difference(const WantedClients& wanted, const json& clients, const json& roles,
                             const NewPasswords& passwords) {
  std::vector<json> commands;
  // First what takes away, so that nobody has more for a moment.
  for (const auto& [name, client] : clients.items()) {
    if (wanted.count(name) == 0) {
      commands.push_back({{"command", "deleteClient"}, {"username", name}});
    }
  }
  for (const auto& [name, role] : roles.items()) {
    if (wanted.count(name) == 0) {
      commands.push_back({{"command", "deleteRole"}, {"rolename", name}});
    }
  }
  for (const auto& [name, rights] : wanted) {
    if (!roles.contains(name)) {
      commands.push_back(With(RoleFor(name, rights), "createRole"));
    } else if (!SameRights(roles.at(name), rights)) {
      commands.push_back(With(RoleFor(name, rights), "modifyRole"));
    }
    const auto password = passwords.find(name);
    if (!clients.contains(name) || !IsEnabledWithOwnRole(clients.at(name), name)) {
      if (clients.contains(name)) {
        commands.push_back({{"command", "deleteClient"}, {"username", name}});
      }
      json client = With(ClientFor(name), "createClient");
      if (password != passwords.end()) client["password"] = password->second;
      commands.push_back(std::move(client));
    } else if (password != passwords.end()) {
      commands.push_back(
          {{"command", "setClientPassword"}, {"username", name}, {"password", password->second}});
    }
  }
  return commands;
}

// All entries of `list` that are not the fleet's.
json Others(const json& list, const char* key, std::string_view fleet) {
  json others = json::array();
  for (const json& entry : list) {
    if (!IdentityOf(entry.at(key).get<std::string>(), fleet)) others.push_back(entry);
  }
  return others;
}

void SetPassword(const std::string& password, json& client) {
  const PasswordHash hash = HashPassword(password);
  client["password"] = hash.hash;
  client["salt"] = hash.salt;
  client["iterations"] = hash.iterations;
}

json FileOf(const WantedClients& wanted, std::string_view fleet, json root,
            const NewPasswords& passwords) {
  const json old_clients = Named(root.value("clients", json::array()), "username", fleet);
  json clients = Others(root.value("clients", json::array()), "username", fleet);
  json roles = Others(root.value("roles", json::array()), "rolename", fleet);
  for (const auto& [name, rights] : wanted) {
    json client = ClientFor(name);
    if (const auto password = passwords.find(name); password != passwords.end()) {
      SetPassword(password->second, client);
    } else if (old_clients.contains(name)) {
      for (const char* key : {"password", "salt", "iterations"}) {
        if (old_clients.at(name).contains(key)) client[key] = old_clients.at(name).at(key);
      }
    }
    clients.push_back(std::move(client));
    roles.push_back(RoleFor(name, rights));
  }
  root["clients"] = std::move(clients);
  root["roles"] = std::move(roles);
  root["defaultACLAccess"] = WantedDefaults();
  return root;
}

}  // namespace

absl::StatusOr<std::vector<json>> CommandsFor(const WantedClients& wanted, std::string_view fleet,
                                              const json& clients, const json& roles,
                                              const NewPasswords& passwords) {
  try {
    std::vector<json> commands = Difference(wanted, Named(clients.at("clients"), "username", fleet),
                                            Named(roles.at("roles"), "rolename", fleet), passwords);
    if (!commands.empty()) commands.insert(commands.begin(), DefaultsCommand());
    return commands;
  } catch (const json::exception& error) {
    return absl::InvalidArgumentError(error.what());
  }
}

absl::StatusOr<std::string> FileFor(const WantedClients& wanted, std::string_view fleet,
                                    std::string_view file, const NewPasswords& passwords) {
  try {
    json root = file.empty() ? json::object() : json::parse(file);
    return FileOf(wanted, fleet, std::move(root), passwords).dump(1, '\t') + "\n";
  } catch (const json::exception& error) {
    return absl::InvalidArgumentError(error.what());
  }
}

}  // namespace biglittle
