#include "cli/check/broker_check.h"

#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

#include "cli/check/broker_sections.h"
#include "cli/check/broker_text.h"
#include "core/text.h"

namespace biglittle {
namespace {

constexpr std::int64_t kLongestAutosave = 60;  // s
constexpr std::int64_t kDefaultInflight = 20;

std::string AddressOf(const BrokerSection& listener) {
  const std::size_t space = listener.value().find(' ');
  return space == std::string::npos ? "" : listener.value().substr(space + 1);
}

// Of a bridge: `host[:port] [host[:port]]...`, cut at the last colon as Mosquitto does.
bool AreLoopback(const std::string& addresses) {
  for (const absl::string_view address : absl::StrSplit(addresses, ' ', absl::SkipEmpty())) {
    if (!IsLoopback(std::string(address.substr(0, address.rfind(':'))))) return false;
  }
  return true;
}

std::optional<std::int64_t> WholeOf(const std::string* text) {
  return text == nullptr ? std::nullopt : ParseNumber<std::int64_t>(*text);
}

class Checker {
 public:
  Checker(std::string_view text, std::string file, const IsLink& is_link)
      : file_(std::move(file)), sections_(ReadBrokerSections(text)), is_link_(is_link) {}

  BrokerFindings Run(std::string_view text) {
    findings_.openings = InvisibleInBrokerFile(text, file_);
    for (const BrokerSection& bridge : sections_.bridges) CheckBridge(bridge);
    for (const auto& [line, remark] : RemarksOnVersions(sections_, is_link_)) Warns(line, remark);
    if (sections_.is_part) return std::move(findings_);
    CheckWhoMayEnter();
    CheckLosses();
    CheckBounds();
    for (const BrokerSection& listener : sections_.listeners) CheckListener(listener);
    return std::move(findings_);
  }

 private:
  void CheckWhoMayEnter() {
    if (sections_.listeners.empty()) {
      Opens(0,
            "no 'listener' line: other options could open 0.0.0.0:1883 to everybody; write "
            "'listener PORT ADDRESS'");
    }
    CheckAcl(broker_);
    for (const BrokerSection& listener : sections_.listeners) CheckAcl(listener);
  }

  // The plugin for ACL files, which 2.1 has, is the same code. Of another plugin nobody knows here.
  void CheckAcl(const BrokerSection& rights) {
    const bool by_plugin = rights.Has("plugin_opt_acl_file");
    if (!by_plugin && (!rights.Has("acl_file") || rights.Has("plugin"))) return;
    Opens(rights.LineOf(by_plugin ? "plugin_opt_acl_file" : "acl_file"),
          "an ACL file does not protect shared subscriptions: whoever may log in can join "
          "$share/workers/... and take requests away; use the dynamic security plugin");
  }

  void CheckLosses() {
    if (!broker_.Has("max_queued_messages")) {
      Warns(0,
            "no 'max_queued_messages': beyond 1000 queued ones messages are dropped although "
            "the publisher gets its acknowledgement");
    }
    const auto inflight = WholeOf(broker_.Find("max_inflight_messages")).value_or(kDefaultInflight);
    if (inflight > 0 && inflight <= kDefaultInflight) {
      Warns(broker_.LineOf("max_inflight_messages"),
            fmt::format("'max_inflight_messages' is {}: it becomes the client's receive maximum "
                        "and turns a burst into a queue; 1000 is usual here",
                        inflight));
    }
    if (!broker_.IsTrue("set_tcp_nodelay")) {
      Warns(broker_.LineOf("set_tcp_nodelay"),
            "no 'set_tcp_nodelay true': the last acknowledgement of a burst waits 40 ms");
    }
    if (!broker_.Has("persistence")) {
      Warns(0,
            "no 'persistence': sessions, queues and retained statuses end with the broker; "
            "write true, or false if that is meant");
    }
    if (!broker_.IsTrue("persistence") || broker_.IsTrue("autosave_on_changes")) return;
    const auto autosave = WholeOf(broker_.Find("autosave_interval")).value_or(1800);
    if (autosave > 0 && autosave <= kLongestAutosave) return;
    Warns(broker_.LineOf(broker_.Has("autosave_interval") ? "autosave_interval" : "persistence"),
          fmt::format("'autosave_interval' is {}: a broker that is killed loses what it "
                      "acknowledged since it saved last; 5 s is usual here",
                      autosave == 0 ? "0 (at the end only)" : fmt::format("{} s", autosave)));
  }

  void CheckBounds() {
    if (WholeOf(broker_.Find("memory_limit")).value_or(0) > 0) {
      Warns(broker_.LineOf("memory_limit"),
            "'memory_limit' shuts everybody out in the end, since what Mosquitto counts for it "
            "grows with each message's properties: bound its memory by systemd's MemoryMax");
    }
  }

  void CheckListener(const BrokerSection& listener) {
    const std::string* protocol = listener.Find("protocol");
    const bool websockets = protocol != nullptr && *protocol == "websockets";
    if (websockets) CheckWebsockets(listener);
    if (!websockets) CheckProtocols(listener);
    // A websockets listener listens on all addresses, whatever is written.
    if (!websockets && IsLoopback(AddressOf(listener))) return;
    CheckAnonymous(listener);
    if (!listener.Has("certfile")) {
      Opens(listener.line(),
            "no TLS ('certfile') on a listener that is not on loopback alone: "
            "payloads and passwords can be read on the way");
    }
    if (!listener.IsTrue("use_username_as_clientid")) {
      Warns(listener.line(),
            "no 'use_username_as_clientid true': whoever may log in can take over "
            "another's session by its client id");
    }
    if (!websockets && listener.Has("certfile")) CheckCertificates(listener);
  }

  // The directive of 2.1 for one listener counts before that for all.
  void CheckAnonymous(const BrokerSection& listener) {
    const bool own = listener.Has("listener_allow_anonymous");
    const char* directive = own ? "listener_allow_anonymous" : "allow_anonymous";
    const BrokerSection& rights = own || sections_.per_listener ? listener : broker_;
    if (!rights.IsTrue(directive)) return;
    Opens(listener.line(),
          fmt::format("'{} true' (line {}), and this listener is not on loopback alone: everybody "
                      "may read and write everything",
                      directive, rights.LineOf(directive)));
  }

  void CheckProtocols(const BrokerSection& listener) {
    const std::string* versions = listener.Find("accept_protocol_versions");
    if (versions == nullptr || versions->find('5') != std::string::npos) return;
    Warns(listener.LineOf("accept_protocol_versions"),
          "no 5 in 'accept_protocol_versions': devices and workers speak MQTT 5 and are refused");
  }

  void CheckCertificates(const BrokerSection& listener) {
    if (!listener.Has("ciphers")) {
      Warns(listener.line(),
            "no 'ciphers': TLS 1.2 may use CBC mode with SHA-1; write 'ciphers "
            "ECDHE+AESGCM:ECDHE+CHACHA20'");
    }
    if (!listener.IsTrue("require_certificate")) {
      Warns(listener.line(), "no 'require_certificate true': everybody may try passwords");
      return;
    }
    if (listener.IsTrue("disable_client_cert_date_checks")) {
      Warns(listener.LineOf("disable_client_cert_date_checks"),
            "'disable_client_cert_date_checks true': certificates that have run out are let in");
    }
    if (!listener.Has("crlfile")) {
      Warns(listener.line(), "no 'crlfile': a certificate that was stolen cannot be revoked");
    }
    if (!listener.IsTrue("use_identity_as_username") &&
        !listener.IsTrue("use_subject_as_username")) {
      Warns(listener.line(),
            "no 'use_identity_as_username true': whoever has a certificate may "
            "call himself by another's name");
    }
  }

  void CheckWebsockets(const BrokerSection& listener) {
    if (listener.IsTrue("use_identity_as_username") || listener.IsTrue("use_subject_as_username")) {
      Opens(listener.line(),
            "certificates as identity on a websockets listener: it reads no "
            "revocation list and lets revoked ones in; use passwords here");
    }
    if (!AddressOf(listener).empty()) {
      Warns(listener.line(),
            fmt::format("a websockets listener of Mosquitto 2.0 ignores its address {} and listens "
                        "on all: a firewall must say who may reach it",
                        AddressOf(listener)));
    }
    for (const char* ignored : {"bind_interface", "crlfile", "max_connections", "tls_version"}) {
      if (!listener.Has(ignored)) continue;
      Warns(listener.LineOf(ignored),
            fmt::format("'{}' has no effect on a websockets listener of Mosquitto 2.0", ignored));
    }
    if (listener.Has("certfile") && !listener.Has("ciphers")) {
      Warns(listener.line(),
            "no 'ciphers' on a websockets listener, where 'tls_version' has no "
            "effect: write 'ciphers ECDHE+AESGCM:ECDHE+CHACHA20'");
    }
  }

  void CheckBridge(const BrokerSection& bridge) {
    const std::string* version = bridge.Find("bridge_protocol_version");
    if (version == nullptr || *version != "mqttv50") {
      Warns(bridge.line(),
            "no 'bridge_protocol_version mqttv50': response topic, correlation data "
            "and expiry are dropped, and no escalation is answered");
    }
    const std::string* address = bridge.Find(bridge.Has("address") ? "address" : "addresses");
    if (address != nullptr && !AreLoopback(*address) && !bridge.Has("bridge_cafile") &&
        !bridge.Has("bridge_capath") && !bridge.Has("bridge_psk")) {
      Opens(bridge.line(),
            "no TLS ('bridge_cafile') on a bridge: payloads can be read and forged "
            "on the way");
    }
    if (bridge.IsTrue("bridge_insecure")) {
      Opens(bridge.LineOf("bridge_insecure"),
            "'bridge_insecure true': everybody with a "
            "certificate of that authority may pose as the "
            "central broker");
    }
  }

  void Opens(int line, std::string message) { Add(findings_.openings, line, std::move(message)); }
  void Warns(int line, const std::string& message) {
    Add(findings_.warnings, line, "warning: " + message);
  }
  void Add(std::vector<Diagnostic>& to, int line, std::string message) const {
    to.push_back({file_, line, line > 0 ? 1 : 0, std::move(message)});
  }

  const std::string file_;
  const BrokerSections sections_;
  const IsLink& is_link_;
  const BrokerSection& broker_ = sections_.broker;
  BrokerFindings findings_;
};

}  // namespace

BrokerFindings CheckBrokerFile(std::string_view text, const std::string& file,
                               const IsLink& is_link) {
  return Checker(text, file, is_link).Run(text);
}

}  // namespace biglittle
