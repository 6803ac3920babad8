#include "cli/check/broker_sections.h"

#include <algorithm>
#include <cstddef>
#include <iterator>

namespace biglittle {
namespace {

bool IsListeners(std::string_view directive) {
  constexpr std::string_view kNames[] = {"accept_protocol_versions",
                                         "bind_interface",
                                         "cafile",
                                         "capath",
                                         "certfile",
                                         "ciphers",
                                         "ciphers_tls1.3",
                                         "crlfile",
                                         "disable_client_cert_date_checks",
                                         "http_dir",
                                         "keyfile",
                                         "listener_allow_anonymous",
                                         "listener_auto_id_prefix",
                                         "max_connections",
                                         "protocol",
                                         "require_certificate",
                                         "tls_version",
                                         "use_identity_as_username",
                                         "use_subject_as_username",
                                         "use_username_as_clientid",
                                         "websockets_origin"};
  return std::ranges::find(kNames, directive) != std::end(kNames);
}

// A listener's only with per_listener_settings true.
bool IsRight(std::string_view directive) {
  return directive == "allow_anonymous" || directive == "acl_file" || directive == "plugin" ||
         directive.starts_with("plugin_opt_");
}

bool IsBridges(std::string_view directive) {
  constexpr std::string_view kNames[] = {"address", "addresses", "topic", "cleansession"};
  return directive.starts_with("bridge_") ||
         std::ranges::find(kNames, directive) != std::end(kNames);
}

}  // namespace

const std::string* BrokerSection::Find(std::string_view directive) const {
  const auto found = std::find_if(lines_.rbegin(), lines_.rend(), [&](const auto& entry) {
    return entry.second.directive == directive;
  });
  return found == lines_.rend() ? nullptr : &found->second.value;
}

bool BrokerSection::IsTrue(std::string_view directive) const {
  const std::string* value = Find(directive);
  return value != nullptr && (*value == "true" || *value == "1");
}

int BrokerSection::LineOf(std::string_view directive) const {
  int line = line_;
  for (const auto& [at, what] : lines_) {
    if (what.directive == directive) line = at;
  }
  return line;
}

BrokerSections ReadBrokerSections(std::string_view text) {
  const BrokerLines lines = ReadBrokerLines(text);
  BrokerSections sections;
  const auto first =
      std::ranges::find_if(lines, [](const BrokerLine& line) { return !line.directive.empty(); });
  sections.is_part = first != lines.end() && first->directive == "connection";
  sections.per_listener =
      std::ranges::find(lines, BrokerLine{"per_listener_settings", "true"}) != lines.end();
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const BrokerLine& line = lines[i];
    const int at = static_cast<int>(i) + 1;
    const bool listeners =
        IsListeners(line.directive) || (sections.per_listener && IsRight(line.directive));
    if (line.directive == "listener") {
      sections.listeners.emplace_back(at, line.value);
    } else if (line.directive == "connection") {
      sections.bridges.emplace_back(at, line.value);
    } else if (IsBridges(line.directive) && !sections.bridges.empty()) {
      sections.bridges.back().Add(at, line);
    } else if (listeners && !sections.listeners.empty()) {
      sections.listeners.back().Add(at, line);
    } else if (!line.directive.empty()) {
      sections.broker.Add(at, line);
    }
  }
  return sections;
}

}  // namespace biglittle
