#include "wire/connect/connect_trouble.h"

#include <fmt/format.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <cerrno>
#include <cstring>

#include "core/program/descriptors.h"
#include "core/shown_text.h"
#include "core/text.h"

namespace biglittle::wire {
namespace {

constexpr char kNoMqtt5[] =
    "the broker does not speak MQTT 5, which it must (Mosquitto does since 1.6)";

// MQTT 5.0, section 2.4.
std::string OfReason(int reason_code) {
  switch (reason_code) {
    case 0x80:
      return "the broker refuses without a reason (128): its log may say one";
    case 0x81:
      return "malformed packet (129): the broker and this program do not understand each other";
    case 0x82:
      return "protocol error (130): the broker and this program do not understand each other";
    case 0x83:
      return "the broker does not want it, for reasons of its own (131): its log may say which";
    case 0x84:
      return fmt::format("{} (132)", kNoMqtt5);
    case 0x85:
      return "the broker does not accept the client id (133)";
    case 0x86:
      return "the broker does not accept the user name or the password (134): mend 'username' or "
             "the password";
    case 0x87:
      return "the broker does not authorize this program (135): mend its login or its rights at "
             "the "
             "broker, or enrol it there";
    case 0x88:
      return "the broker is not available (136): it is starting or stopping";
    case 0x89:
      return "the broker is busy (137)";
    case 0x8A:
      return "the broker has banned this program (138)";
    case 0x8B:
      return "the broker is shutting down (139)";
    case 0x8C:
      return "the broker wants another way to log in (140): allow user name and password, or "
             "certificates, there";
    case 0x8D:
      return "the broker heard nothing for too long (141): the network, or 'keep_alive_s'";
    case 0x8E:
      return "another program has connected with the same client id (142): stop one of the two";
    case 0x8F:
      return "the broker does not take the topic filter (143): mend 'topic_root', or the broker's "
             "rules for topics";
    case 0x90:
      return "the broker does not take the topic's name (144): mend 'topic_root', or the broker's "
             "rules for topics";
    case 0x93:
      return "more messages under way than the broker takes (147): lower "
             "'max_in_flight_messages'";
    case 0x95:
      return "a message is larger than the broker takes (149): raise its max_packet_size, or lower "
             "'max_payload_bytes'";
    case 0x96:
      return "more messages a second than the broker takes (150)";
    case 0x97:
      return "a quota of the broker is used up (151)";
    case 0x98:
      return "the broker's operator has ended the connection (152)";
    case 0x99:
      return "the broker does not take the payload's format (153)";
    case 0x9A:
      return "the broker keeps no retained messages (154), which statuses need: switch that on at "
             "the broker";
    case 0x9B:
      return "the broker takes no messages of QoS 1 (155), by which nothing gets lost: raise its "
             "maximum QoS";
    case 0x9C:
      return "the broker wants this program to use another server for now (156)";
    case 0x9D:
      return "the broker has moved (157): name the new one by 'host'";
    case 0x9E:
      return "the broker has no shared subscriptions (158), by which workers divide the requests: "
             "switch them on, or take another broker";
    case 0x9F:
      return "too many connections for the broker (159)";
    case 0xA0:
      return "the broker ends connections that have lasted this long (160)";
    case 0xA2:
      return "the broker has no subscriptions with wildcards (162), which this program needs";
    default:
      return fmt::format("the broker gives reason code {}: MQTT 5 knows none such", reason_code);
  }
}

std::string NotReachable(const Trouble& trouble, const BrokerConfig& broker) {
  switch (trouble.code) {
    case ECONNREFUSED:
      return fmt::format(
          "connection refused: nobody listens at port {} there; start the broker, or mend 'host' "
          "and 'port'",
          broker.port);
    case EMFILE:
    case ENFILE:
      return std::string(TooFewDescriptors().message());
    case ENOMEM:
    case ENOBUFS:
      return fmt::format("{}: this machine has no memory left for a connection",
                         std::strerror(trouble.code));
    case EACCES:
    case EPERM:
      return fmt::format(
          "{}: this machine does not let the program connect there; look at its firewall and "
          "sandbox",
          std::strerror(trouble.code));
    case EADDRNOTAVAIL:
      return fmt::format(
          "{}: this machine has no free port, or no address of that family, to connect from",
          std::strerror(trouble.code));
    default:
      return fmt::format("{}: look at the network between here and {}", std::strerror(trouble.code),
                         broker.host);
  }
}

// What becomes of each address, where the name has several.
std::string AtEach(const std::string& addresses) {
  return addresses.empty() ? "" : fmt::format(" (tried {})", addresses);
}

std::string WithNames(const std::string& names) {
  return names.empty() ? "no name at all" : Shown(names);
}

// A certificate whose issuer is nowhere: not in ca.pem, and not among those that the broker sends.
std::string OfUnknownIssuer(const std::string& issuer) {
  constexpr char kStrange[] = "it is another broker than you think, or ca.pem is another fleet's";
  if (issuer.empty()) {
    return fmt::format("the broker's certificate is not from an authority in ca.pem: {}", kStrange);
  }
  return fmt::format(
      "the broker's certificate is not from an authority in ca.pem, but from {}, whose certificate "
      "the broker does not send along: if that is an intermediate authority, append its "
      "certificate "
      "to the broker's own (certfile); if not, {}",
      issuer, kStrange);
}

std::string OfCertificate(int error, const std::string& names, const std::string& host) {
  switch (error) {
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return OfUnknownIssuer(names);
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
      return OfUnknownIssuer("");
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return "the broker's certificate has expired: renew it at the broker (or this machine's "
             "clock is wrong)";
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return "the broker's certificate is not valid yet: set this machine's clock";
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return fmt::format(
          "the broker's certificate is for {}, not for {}: mend 'host', or issue one for that "
          "name",
          WithNames(names), host);
    case X509_V_ERR_CERT_REVOKED:
      return "the broker's certificate is revoked: do not trust that broker; give it a new "
             "certificate";
    case X509_V_ERR_UNABLE_TO_GET_CRL:
      return "ca.pem holds no revocation list of the authority that issued the broker's "
             "certificate: append it, or say 'revocation: off'";
    case X509_V_ERR_CRL_HAS_EXPIRED:
      return "the revocation list in ca.pem has expired: put the authority's newest into it";
    case X509_V_ERR_CRL_NOT_YET_VALID:
      return "the revocation list in ca.pem is not valid yet: set this machine's clock";
    case X509_V_ERR_CRL_SIGNATURE_FAILURE:
      return "the revocation list in ca.pem is not signed by the authority there: append the right "
             "one";
    case X509_V_ERR_INVALID_PURPOSE:
      return "the broker's certificate is not one for servers: issue one with the extended key "
             "usage serverAuth";
    default:
      return fmt::format("the broker's certificate does not hold: {}",
                         X509_verify_cert_error_string(error));
  }
}

std::string OfAlert(int alert) {
  switch (alert) {
    case SSL_AD_CERTIFICATE_REVOKED:
      return "the broker says that our certificate is revoked: issue a new one for this program";
    case SSL_AD_CERTIFICATE_EXPIRED:
      return "the broker says that our certificate has expired: renew client.crt, or set the "
             "broker's clock";
    case SSL_AD_UNKNOWN_CA:
      return "the broker does not know the authority of our certificate: client.crt must come from "
             "the authority that the broker trusts";
    case SSL_AD_BAD_CERTIFICATE:
    case SSL_AD_UNSUPPORTED_CERTIFICATE:
    case SSL_AD_CERTIFICATE_UNKNOWN:
    case SSL_AD_ACCESS_DENIED:
    case SSL_AD_DECRYPT_ERROR:
      return fmt::format("the broker does not accept our certificate ({}): its log says why",
                         SSL_alert_desc_string_long(alert));
    case SSL_AD_CERTIFICATE_REQUIRED:
      return "the broker wants a certificate of ours: client.crt must come from an authority that "
             "it asks for";
    case SSL_AD_PROTOCOL_VERSION:
      return "the broker speaks no TLS version that we do: it must offer TLS 1.2 or 1.3";
    case SSL_AD_HANDSHAKE_FAILURE:
    case SSL_AD_INSUFFICIENT_SECURITY:
      return "the broker and we have no cipher in common, or it wants another certificate: its log "
             "says which";
    default:
      return fmt::format("the broker ended the TLS handshake with the alert {}: its log says why",
                         SSL_alert_desc_string_long(alert));
  }
}

// TLS is named where it is not spoken: a listener that expects it says nothing, or hangs up.
std::string OfMqtt(Trouble::Kind kind, const BrokerConfig& broker) {
  const char* tls = broker.tls ? "" : "; or it wants TLS at that port: say 'tls: {}' in 'broker'";
  switch (kind) {
    case Trouble::Kind::kOldMqtt:
      return fmt::format("{}, it answers as MQTT 3.1.1 does", kNoMqtt5);
    case Trouble::Kind::kClosedAtConnect:
      return fmt::format(
          "it closes the connection at our greeting: most likely the broker does not speak MQTT 5, "
          "which it must (RabbitMQ before 3.13 does not){}; its log says why",
          tls);
    case Trouble::Kind::kNoConnack:
      return fmt::format(
          "it takes the connection and does not answer our greeting in MQTT 5: look whether it is "
          "overloaded{}",
          tls);
    case Trouble::Kind::kWantsTls:
      return "it answers in TLS at that port: say 'tls: {}' in 'broker'";
    default:
      return "what answers at that port is not MQTT: mend 'port'";
  }
}

}  // namespace

std::string Sentence(const Trouble& trouble, const BrokerConfig& broker) {
  switch (trouble.kind) {
    case Trouble::Kind::kNone:
      return "";
    case Trouble::Kind::kHostUnknown:
      return fmt::format("the host {} is not known ({}): mend 'host', or the name service",
                         broker.host, trouble.text);
    case Trouble::Kind::kNoThread:
      return "this program may start no more threads: raise TasksMax of its systemd unit, or "
             "ulimit "
             "-u";
    case Trouble::Kind::kNotReachable:
      return NotReachable(trouble, broker) + AtEach(trouble.text);
    case Trouble::Kind::kNoAnswer:
      return "it takes the connection and does not answer: look whether it is overloaded, or a "
             "firewall is in between";
    case Trouble::Kind::kClosed:
      return "it closes the connection at the TLS greeting: most likely it has no TLS at that "
             "port; mend 'port', or the broker's listener";
    case Trouble::Kind::kClosedAfter:
      return "it closes the connection after a TLS handshake that went well: its log says why";
    case Trouble::Kind::kNoTls:
      return "what answers at that port is not TLS: mend 'port', or the broker's listener";
    case Trouble::Kind::kCertificate:
      return OfCertificate(trouble.code, trouble.text, broker.host);
    case Trouble::Kind::kAlert:
      return OfAlert(trouble.code);
    case Trouble::Kind::kVersion:
      return OfAlert(SSL_AD_PROTOCOL_VERSION);
    case Trouble::Kind::kOwnFiles:
      return fmt::format("OpenSSL does not take {}: put a good one there", trouble.text);
    case Trouble::Kind::kClosedAtConnect:
    case Trouble::Kind::kNoConnack:
    case Trouble::Kind::kWantsTls:
    case Trouble::Kind::kNotMqtt:
    case Trouble::Kind::kOldMqtt:
      return OfMqtt(trouble.kind, broker);
    case Trouble::Kind::kRefused:
      return SentenceOfReason(trouble.code, trouble.text, trouble.server);
    case Trouble::Kind::kOther:
      break;
  }
  return fmt::format("TLS fails: {}", trouble.text);
}

std::string SentenceOfReason(int reason_code, std::string_view words, std::string_view server) {
  std::string sentence = OfReason(reason_code);
  if (!server.empty()) sentence += fmt::format(" (to {})", Quoted(server));
  return sentence + InItsWords(words);
}

std::string InItsWords(std::string_view words) {
  return words.empty() ? "" : fmt::format(" (it says {})", Quoted(words));
}

}  // namespace biglittle::wire
