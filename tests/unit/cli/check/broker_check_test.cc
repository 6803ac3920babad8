#include "cli/check/broker_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace biglittle {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string Shipped(const std::string& name) {
  std::ifstream in(std::filesystem::path(BIGLITTLE_SOURCE_DIR) / "broker_config" / name);
  return {std::istreambuf_iterator<char>(in), {}};
}

// The shipped file with the first `from` replaced; a whole line goes if `to` is empty.
std::string With(const std::string& name, std::string from, const std::string& to = "") {
  std::string text = Shipped(name);
  if (to.empty()) from += '\n';
  const std::size_t at = text.find("\n" + from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at + 1, from.size(), to);
}

// The number of the `extra`-th line that is written behind a shipped file.
std::string LineAfter(const std::string& name, int extra) {
  return std::to_string(std::ranges::count(Shipped(name), '\n') + extra);
}

// Every file behind /run/secrets/ is a link.
BrokerFindings Check(const std::string& text) {
  return CheckBrokerFile(text, "f.conf",
                         [](const std::string& path) { return path.starts_with("/run/secrets/"); });
}

std::vector<std::string> Openings(const std::string& text) {
  const BrokerFindings findings = Check(text);
  std::vector<std::string> lines;
  for (const Diagnostic& one : findings.openings) lines.push_back(ToString(one));
  return lines;
}

std::vector<std::string> Warnings(const std::string& text) {
  const BrokerFindings findings = Check(text);
  EXPECT_THAT(findings.openings, IsEmpty());
  std::vector<std::string> lines;
  for (const Diagnostic& one : findings.warnings) lines.push_back(ToString(one));
  return lines;
}

TEST(BrokerCheckTest, TheShippedFilesHaveNone) {
  for (const char* name : {"development.conf", "production.conf", "bridge.conf"}) {
    EXPECT_THAT(Openings(Shipped(name)), IsEmpty()) << name;
    EXPECT_THAT(Warnings(Shipped(name)), IsEmpty()) << name;
  }
  EXPECT_THAT(Warnings(Shipped("production.conf") + Shipped("bridge.conf")), IsEmpty());
}

TEST(BrokerCheckTest, WhatNobodySeesIsShown) {
  const std::string shipped = Shipped("production.conf");
  EXPECT_THAT(Openings("\xef\xbb\xbf" + shipped),
              ElementsAre(HasSubstr("f.conf:1:1: a byte order mark, which Mosquitto takes for")));
  EXPECT_THAT(Openings("# a\tcomment\xc2\xa0\nuser root\t \r\n" + shipped), IsEmpty());
  EXPECT_THAT(Openings("user\troot\n" + shipped),
              ElementsAre("f.conf:1:5: a tab: Mosquitto takes spaces only between its words"));
  EXPECT_THAT(Openings("user root\xe2\x80\x8b\n" + shipped),
              ElementsAre("f.conf:1:10: an invisible character, which Mosquitto takes for a part "
                          "of 'user root\\u200b'"));
}

TEST(BrokerCheckTest, AnEmptyFileHasEveryDefault) {
  const BrokerFindings findings = Check("# nothing\n");
  ASSERT_EQ(findings.openings.size(), 1U);
  EXPECT_THAT(ToString(findings.openings.front()), HasSubstr("f.conf: no 'listener' line"));
  EXPECT_EQ(findings.warnings.size(), 5U);
}

TEST(BrokerCheckTest, WarnsOfEachDefaultThatLosesMessages) {
  const std::string file = "production.conf";
  EXPECT_THAT(Warnings(With(file, "max_queued_messages 100000")),
              ElementsAre(HasSubstr("f.conf: warning: no 'max_queued_messages'")));
  EXPECT_THAT(Warnings(With(file, "max_inflight_messages 1000")),
              ElementsAre(HasSubstr("'max_inflight_messages' is 20")));
  EXPECT_THAT(Warnings(With(file, "max_inflight_messages 1000", "max_inflight_messages 10")),
              ElementsAre(HasSubstr(":1: warning: 'max_inflight_messages' is 10")));
  EXPECT_THAT(Warnings(With(file, "autosave_interval 5")),
              ElementsAre(HasSubstr("'autosave_interval' is 1800 s")));
  EXPECT_THAT(Warnings(With(file, "autosave_interval 5", "autosave_interval 0")),
              ElementsAre(HasSubstr("'autosave_interval' is 0 (at the end only)")));
  EXPECT_THAT(Warnings(With(file, "persistence true")), ElementsAre(HasSubstr("no 'persistence'")));
  EXPECT_THAT(Warnings(With(file, "set_tcp_nodelay true")), ElementsAre(HasSubstr("40 ms")));
}

TEST(BrokerCheckTest, WarnsOfWhatHasNoBound) {
  EXPECT_THAT(Warnings(With("production.conf", "max_packet_size 1052672")),
              ElementsAre(AllOf(HasSubstr("f.conf: warning: no 'max_packet_size'"),
                                HasSubstr("2.1 ends connections that send more than 2,000,000"))));
  EXPECT_THAT(Warnings(With("production.conf", "max_keepalive 300", "memory_limit 839909376")),
              ElementsAre(HasSubstr("'memory_limit' shuts everybody out")));
}

TEST(BrokerCheckTest, AnonymousIsForLoopbackOnly) {
  for (const char* listener : {"listener 1883", "listener 1883 0.0.0.0"}) {
    EXPECT_THAT(Openings(With("development.conf", "listener 1883 127.0.0.1", listener)),
                ElementsAre(HasSubstr("f.conf:6:1: 'allow_anonymous true' (line 7)"),
                            HasSubstr("f.conf:6:1: no TLS")));
  }
  // Mosquitto ignores the address.
  EXPECT_THAT(Openings(Shipped("development.conf") + "listener 9001 127.0.0.1\n"
                                                     "protocol websockets\n"),
              ElementsAre(HasSubstr("allow_anonymous"), HasSubstr("no TLS")));
}

TEST(BrokerCheckTest, RightsMayBeEachListenersOwn) {
  const std::string text = With("production.conf", "allow_anonymous false") +
                           "per_listener_settings true\nlistener 1883 127.0.0.1\n";
  EXPECT_THAT(Openings(text + "allow_anonymous true\n"), IsEmpty());
  EXPECT_THAT(Openings("listener 1883\nallow_anonymous true\n" + text),
              ElementsAre(HasSubstr("f.conf:1:1: 'allow_anonymous true'"), HasSubstr("no TLS")));
}

TEST(BrokerCheckTest, AnAclFileDoesNotProtectTheWorkersGroup) {
  EXPECT_THAT(Openings(Shipped("development.conf") + "acl_file /etc/mosquitto/acl\n"),
              ElementsAre(HasSubstr("shared subscriptions")));
}

// Which is the same code in 2.1, as a plugin.
TEST(BrokerCheckTest, NeitherDoesThePluginForAclFiles) {
  EXPECT_THAT(Openings(Shipped("development.conf") +
                       "plugin /usr/lib/mosquitto_acl_file.so\nplugin_opt_acl_file /etc/acl\n"),
              ElementsAre(HasSubstr("f.conf:" + LineAfter("development.conf", 2) +
                                    ":1: an ACL file does not protect shared subscriptions")));
}

TEST(BrokerCheckTest, SaysWhatMosquitto21Deprecates) {
  const std::string file = "development.conf";
  EXPECT_THAT(Warnings(Shipped(file) + "password_file /etc/mosquitto/passwords\n"),
              ElementsAre(AllOf(HasSubstr("f.conf:" + LineAfter(file, 1) + ":1: warning: "),
                                HasSubstr("'password_file' is deprecated since Mosquitto 2.1"),
                                HasSubstr("an error in it ends 2.1 at a reload"))));
  EXPECT_THAT(Warnings("per_listener_settings true\n" + Shipped(file)),
              ElementsAre(AllOf(HasSubstr("f.conf:1:1: warning: 'per_listener_settings' is "
                                          "deprecated since Mosquitto 2.1"),
                                HasSubstr("listener_allow_anonymous"))));
  const BrokerFindings acl = Check(Shipped(file) + "acl_file /etc/mosquitto/acl\n");
  ASSERT_EQ(acl.warnings.size(), 1U);
  EXPECT_THAT(ToString(acl.warnings.front()),
              AllOf(HasSubstr("'acl_file' is deprecated since Mosquitto 2.1"),
                    HasSubstr("an error in it ends 2.1 at a reload"), HasSubstr("%c and %u")));
}

TEST(BrokerCheckTest, SaysWhatMosquitto20DoesNotKnow) {
  const std::string file = "production.conf";
  EXPECT_THAT(Warnings(Shipped(file) + "websockets_origin https://board.example\n"),
              ElementsAre(AllOf(HasSubstr("f.conf:" + LineAfter(file, 1) + ":1: warning: "),
                                HasSubstr("'websockets_origin' is new in Mosquitto 2.1"))));
  EXPECT_THAT(Warnings("global_max_connections 9\n" + Shipped(file)),
              ElementsAre(HasSubstr("f.conf:1:1: warning: 'global_max_connections' is new")));
  EXPECT_THAT(Warnings(Shipped("bridge.conf") + "bridge_receive_maximum 9\n"),
              ElementsAre(HasSubstr("'bridge_receive_maximum' is new in Mosquitto 2.1")));
}

TEST(BrokerCheckTest, SaysWhichFilesMosquitto21DoesNotReadBehindALink) {
  const std::string file = "development.conf";
  const std::string line = "plugin_opt_config_file ";
  EXPECT_THAT(Warnings(Shipped(file) + line + "/run/secrets/security.json\n"),
              ElementsAre(AllOf(HasSubstr("f.conf:" + LineAfter(file, 1) + ":1: warning: "),
                                HasSubstr("'/run/secrets/security.json'"), HasSubstr("is a link"),
                                HasSubstr("MOSQUITTO_UNSAFE_ALLOW_SYMLINKS"))));
  EXPECT_THAT(Warnings(Shipped(file) + line + "/etc/mosquitto/security.json\n"), IsEmpty());
  EXPECT_THAT(Warnings(Shipped(file) + "password_file /run/secrets/passwords\n"),
              ElementsAre(HasSubstr("deprecated"), HasSubstr("is a link")));
  // These OpenSSL reads.
  EXPECT_THAT(Warnings(Shipped(file) + "certfile /run/secrets/server.crt\n"), IsEmpty());
}

TEST(BrokerCheckTest, KnowsAListenersOwnRights) {
  const std::string open = With("development.conf", "listener 1883 127.0.0.1", "listener 1883");
  EXPECT_THAT(Openings(open + "listener_allow_anonymous false\n"),
              ElementsAre(HasSubstr("no TLS")));
  EXPECT_THAT(Openings(With("production.conf", "allow_anonymous false") +
                       "listener_allow_anonymous true\n"),
              ElementsAre(HasSubstr("'listener_allow_anonymous true' (line ")));
}

TEST(BrokerCheckTest, WarnsOfAListenerThatRefusesMqtt5OrTakesOldCertificates) {
  const std::string file = "production.conf";
  const std::string before = "certfile /etc/mosquitto/biglittle/server.crt";
  EXPECT_THAT(Warnings(With(file, before, "accept_protocol_versions 3,4\n" + before)),
              ElementsAre(HasSubstr("new in"), HasSubstr("no 5 in 'accept_protocol_versions'")));
  EXPECT_THAT(Warnings(With(file, before, "accept_protocol_versions 4,5\n" + before)),
              ElementsAre(HasSubstr("new in")));
  EXPECT_THAT(Warnings(With(file, before, "disable_client_cert_date_checks true\n" + before)),
              ElementsAre(HasSubstr("new in"), HasSubstr("have run out are let in")));
}

TEST(BrokerCheckTest, WarnsOfATlsListenerThatAsksTooLittle) {
  const std::string file = "production.conf";
  EXPECT_THAT(Warnings(With(file, "require_certificate true")),
              ElementsAre(HasSubstr("try passwords")));
  EXPECT_THAT(Warnings(With(file, "ciphers ECDHE+AESGCM:ECDHE+CHACHA20")),
              ElementsAre(HasSubstr("CBC mode with SHA-1")));
  EXPECT_THAT(Warnings(With(file, "crlfile /etc/mosquitto/biglittle/crl.pem")),
              ElementsAre(HasSubstr("no 'crlfile'")));
  EXPECT_THAT(Warnings(With(file, "use_identity_as_username true")),
              ElementsAre(HasSubstr("another's name")));
  EXPECT_THAT(Warnings(With(file, "use_username_as_clientid true")),
              ElementsAre(HasSubstr("take over another's session")));
}

TEST(BrokerCheckTest, KnowsWhatAWebsocketsListenerIgnores) {
  const std::string file = "production.conf";
  EXPECT_THAT(Openings(Shipped(file) + "use_identity_as_username true\n"),
              ElementsAre(HasSubstr("lets revoked ones in")));
  EXPECT_THAT(Warnings(With(file, "listener 8884", "listener 8884 10.0.0.1")),
              ElementsAre(HasSubstr("ignores its address 10.0.0.1")));
  EXPECT_THAT(Warnings(Shipped(file) + "tls_version tlsv1.2\n"),
              ElementsAre(HasSubstr("'tls_version' has no effect")));
  const std::string before = "# Never use_identity_as_username";
  const std::string ciphers = "ciphers ECDHE+AESGCM:ECDHE+CHACHA20\n" + before;
  EXPECT_THAT(Warnings(With(file, ciphers, before)), ElementsAre(HasSubstr("no 'ciphers'")));
}

TEST(BrokerCheckTest, ABridgeMustSpeakMqtt5OverTls) {
  const std::string file = "bridge.conf";
  EXPECT_THAT(Warnings(With(file, "bridge_protocol_version mqttv50")),
              ElementsAre(HasSubstr("f.conf:6:1: warning: no 'bridge_protocol_version mqttv50'")));
  EXPECT_THAT(Openings(With(file, "bridge_cafile /etc/mosquitto/biglittle/central-ca.crt")),
              ElementsAre(HasSubstr("no TLS ('bridge_cafile')")));
  EXPECT_THAT(Openings(With(file, "bridge_insecure false", "bridge_insecure true")),
              ElementsAre(HasSubstr("pose as the central broker")));
}

TEST(BrokerCheckTest, ABridgeInTheClearStaysOnItsMachine) {
  const std::string clear = "\nconnection up\nbridge_protocol_version mqttv50\naddress ";
  const auto openings = [&](const std::string& address) {
    return Openings(Shipped("development.conf") + clear + address + "\n");
  };
  EXPECT_THAT(openings("127.0.0.1:1883"), IsEmpty());
  EXPECT_THAT(openings("localhost"), IsEmpty());
  EXPECT_THAT(openings("127.0.0.1:1883 localhost:1884"), IsEmpty());
  EXPECT_THAT(openings("localhost:1883 central.example:1883"),
              ElementsAre(HasSubstr("no TLS ('bridge_cafile')")));
  EXPECT_THAT(openings("127.central.example"), ElementsAre(HasSubstr("no TLS")));
}

}  // namespace
}  // namespace biglittle
