// One case for each way in which a connection cannot be had.
#include "wire/connect/connect_trouble.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <cerrno>
#include <ostream>
#include <string>

namespace biglittle::wire {
namespace {

using Kind = Trouble::Kind;
using testing::HasSubstr;
using testing::Not;

struct TroubleCase {
  const char* name;
  Trouble trouble;
  const char* sentence;  // a part of it
};
void PrintTo(const TroubleCase& c, std::ostream* out) { *out << c.name; }

class SentenceTest : public testing::TestWithParam<TroubleCase> {};

TEST_P(SentenceTest, SaysWhatAndHowToMendIt) {
  BrokerConfig broker;
  broker.host = "broker.example";
  broker.port = 8883;
  const std::string sentence = Sentence(GetParam().trouble, broker);
  EXPECT_THAT(sentence, HasSubstr(GetParam().sentence));
  EXPECT_THAT(sentence, Not(HasSubstr("\n")));
  EXPECT_FALSE(sentence.ends_with('.'));
}

TEST(SentenceTest, ACertificatesNamesAreShownNotObeyed) {
  BrokerConfig broker;
  broker.host = "broker.example";
  const std::string sentence = Sentence(
      {Kind::kCertificate, X509_V_ERR_HOSTNAME_MISMATCH, "a\x1b[2J\n, b\xff, \xe2\x80\xae"},
      broker);
  EXPECT_THAT(sentence, HasSubstr("is for a\\x1b[2J\\x0a, b\\xff, \\u202e, not for"));
}

std::string NameOf(const testing::TestParamInfo<TroubleCase>& info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(
    All, SentenceTest,
    testing::Values(
        TroubleCase{
            "HostUnknown",
            {Kind::kHostUnknown, 0, "Name or service not known"},
            "the host broker.example is not known (Name or service not known): mend 'host'"},
        TroubleCase{"Refused",
                    {Kind::kNotReachable, ECONNREFUSED, ""},
                    "connection refused: nobody listens at port 8883 there; start the broker"},
        TroubleCase{"NoRoute",
                    {Kind::kNotReachable, EHOSTUNREACH, ""},
                    "No route to host: look at the network between here and broker.example"},
        TroubleCase{"NoAnswer", {Kind::kNoAnswer, 0, ""}, "does not answer"},
        TroubleCase{
            "PlainBroker", {Kind::kClosed, 0, ""}, "most likely it has no TLS at that port"},
        TroubleCase{"ClosedAfter", {Kind::kClosedAfter, 0, ""}, "its log says why"},
        TroubleCase{"NoTls", {Kind::kNoTls, 0, ""}, "what answers at that port is not TLS"},
        TroubleCase{"UnknownAuthority",
                    {Kind::kCertificate, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, ""},
                    "is not from an authority in ca.pem"},
        TroubleCase{"SelfSigned",
                    {Kind::kCertificate, X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, ""},
                    "is not from an authority in ca.pem"},
        TroubleCase{"Expired",
                    {Kind::kCertificate, X509_V_ERR_CERT_HAS_EXPIRED, ""},
                    "the broker's certificate has expired: renew it"},
        TroubleCase{"NotYetValid",
                    {Kind::kCertificate, X509_V_ERR_CERT_NOT_YET_VALID, ""},
                    "is not valid yet: set this machine's clock"},
        TroubleCase{"WrongName",
                    {Kind::kCertificate, X509_V_ERR_HOSTNAME_MISMATCH, "a.example, b.example"},
                    "is for a.example, b.example, not for broker.example: mend 'host'"},
        TroubleCase{"NoName",
                    {Kind::kCertificate, X509_V_ERR_IP_ADDRESS_MISMATCH, ""},
                    "is for no name at all, not for broker.example"},
        TroubleCase{"Revoked",
                    {Kind::kCertificate, X509_V_ERR_CERT_REVOKED, ""},
                    "the broker's certificate is revoked: do not trust that broker"},
        TroubleCase{"NoList",
                    {Kind::kCertificate, X509_V_ERR_UNABLE_TO_GET_CRL, ""},
                    "append it, or say 'revocation: off'"},
        TroubleCase{"ListExpired",
                    {Kind::kCertificate, X509_V_ERR_CRL_HAS_EXPIRED, ""},
                    "the revocation list in ca.pem has expired: put the authority's newest"},
        TroubleCase{"ListOfAnother",
                    {Kind::kCertificate, X509_V_ERR_CRL_SIGNATURE_FAILURE, ""},
                    "is not signed by the authority there"},
        TroubleCase{"ForClients",
                    {Kind::kCertificate, X509_V_ERR_INVALID_PURPOSE, ""},
                    "issue one with the extended key usage serverAuth"},
        TroubleCase{"OtherCertificateError",
                    {Kind::kCertificate, X509_V_ERR_PATH_LENGTH_EXCEEDED, ""},
                    "the broker's certificate does not hold: path length constraint exceeded"},
        TroubleCase{"WeAreRevoked",
                    {Kind::kAlert, SSL_AD_CERTIFICATE_REVOKED, ""},
                    "says that our certificate is revoked: issue a new one"},
        TroubleCase{"WeHaveExpired",
                    {Kind::kAlert, SSL_AD_CERTIFICATE_EXPIRED, ""},
                    "says that our certificate has expired: renew client.crt"},
        TroubleCase{"WeAreUnknown",
                    {Kind::kAlert, SSL_AD_UNKNOWN_CA, ""},
                    "does not know the authority of our certificate"},
        TroubleCase{"WeAreBad",
                    {Kind::kAlert, SSL_AD_BAD_CERTIFICATE, ""},
                    "does not accept our certificate (bad certificate): its log says why"},
        TroubleCase{"WeHaveNone",
                    {Kind::kAlert, SSL_AD_CERTIFICATE_REQUIRED, ""},
                    "the broker wants a certificate of ours"},
        TroubleCase{
            "Version", {Kind::kAlert, SSL_AD_PROTOCOL_VERSION, ""}, "it must offer TLS 1.2 or 1.3"},
        TroubleCase{"VersionSeenByUs", {Kind::kVersion, 0, ""}, "it must offer TLS 1.2 or 1.3"},
        TroubleCase{"Cipher", {Kind::kAlert, SSL_AD_HANDSHAKE_FAILURE, ""}, "no cipher in common"},
        TroubleCase{"OtherAlert",
                    {Kind::kAlert, SSL_AD_INTERNAL_ERROR, ""},
                    "ended the TLS handshake with the alert internal error"},
        TroubleCase{"OwnFiles",
                    {Kind::kOwnFiles, 0, "/c/client.crt"},
                    "OpenSSL does not take /c/client.crt"},
        TroubleCase{
            "IssuerUnknown",
            {Kind::kCertificate, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, "'/CN=Between'"},
            "from '/CN=Between', whose certificate the broker does not send along"},
        TroubleCase{"NoDescriptor", {Kind::kNotReachable, EMFILE, ""}, "LimitNOFILE"},
        TroubleCase{"NoDescriptorInTheSystem", {Kind::kNotReachable, ENFILE, ""}, "ulimit -n"},
        TroubleCase{"NotAllowed", {Kind::kNotReachable, EACCES, ""}, "firewall and sandbox"},
        TroubleCase{"NoThread", {Kind::kNoThread, 0, ""}, "TasksMax"},
        TroubleCase{"SeveralAddresses",
                    {Kind::kNotReachable, ECONNREFUSED, "::1: Connection refused, 10.0.0.1: x"},
                    "(tried ::1: Connection refused, 10.0.0.1: x)"},
        TroubleCase{"OldMqtt", {Kind::kOldMqtt, 0, ""}, "does not speak MQTT 5"},
        TroubleCase{"HangsUp",
                    {Kind::kClosedAtConnect, 0, ""},
                    "does not speak MQTT 5, which it must (RabbitMQ before 3.13 does not)"},
        TroubleCase{"SaysNothing", {Kind::kNoConnack, 0, ""}, "does not answer our greeting"},
        TroubleCase{"WantsTls", {Kind::kWantsTls, 0, ""}, "it answers in TLS at that port"},
        TroubleCase{"NotMqtt", {Kind::kNotMqtt, 0, ""}, "is not MQTT: mend 'port'"},
        TroubleCase{"RefusedInMqtt",
                    {Kind::kRefused, 0x9D, "gone\x1b[2J", "other:1883"},
                    "the broker has moved (157): name the new one by 'host' (to 'other:1883') (it "
                    "says 'gone\\x1b[2J')"},
        TroubleCase{"Other", {Kind::kOther, 0, "bad length"}, "TLS fails: bad length"}),
    NameOf);

TEST(Sentence, NothingIsSaidOfNothing) { EXPECT_EQ(Sentence({}, {}), ""); }

TEST(SentenceOfReason, EveryCodeIsTold) {
  EXPECT_THAT(SentenceOfReason(134), HasSubstr("the user name or the password (134)"));
  EXPECT_THAT(SentenceOfReason(135), HasSubstr("does not authorize this program (135)"));
  EXPECT_THAT(SentenceOfReason(142), HasSubstr("the same client id (142): stop one of the two"));
  EXPECT_THAT(SentenceOfReason(149), HasSubstr("larger than the broker takes (149)"));
  EXPECT_THAT(SentenceOfReason(154), HasSubstr("keeps no retained messages (154), which statuses"));
  EXPECT_THAT(SentenceOfReason(155), HasSubstr("takes no messages of QoS 1 (155)"));
  EXPECT_THAT(SentenceOfReason(158), HasSubstr("no shared subscriptions (158), by which workers"));
  for (int code = 0; code < 256; ++code) {
    EXPECT_THAT(SentenceOfReason(code), HasSubstr(std::to_string(code))) << code;
  }
}

}  // namespace
}  // namespace biglittle::wire
