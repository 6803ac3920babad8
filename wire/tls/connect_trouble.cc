#include "wire/tls/connect_trouble.h"

#include <fmt/format.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <cerrno>
#include <cstring>

namespace biglittle::wire {
namespace {

std::string NotReachable(int error, const BrokerConfig& broker) {
  if (error == ECONNREFUSED) {
    return fmt::format(
        "connection refused: nobody listens at port {} there; start the broker, or mend 'host' and "
        "'port'",
        broker.port);
  }
  return fmt::format("{}: look at the network between here and {}", std::strerror(error),
                     broker.host);
}

std::string WithNames(const std::string& names) { return names.empty() ? "no name at all" : names; }

std::string OfCertificate(int error, const std::string& names, const std::string& host) {
  switch (error) {
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
      return "the broker's certificate is not from an authority in ca.pem: it is another broker "
             "than you think, or ca.pem is another fleet's";
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

}  // namespace

std::string Sentence(const Trouble& trouble, const BrokerConfig& broker) {
  switch (trouble.kind) {
    case Trouble::Kind::kNone:
      return "";
    case Trouble::Kind::kHostUnknown:
      return fmt::format("the host {} is not known ({}): mend 'host', or the name service",
                         broker.host, trouble.text);
    case Trouble::Kind::kNotReachable:
      return NotReachable(trouble.code, broker);
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
    case Trouble::Kind::kOther:
      break;
  }
  return fmt::format("TLS fails: {}", trouble.text);
}

std::string SentenceOfReason(int reason_code) {
  switch (reason_code) {
    case 0x82:
      return "protocol error (130): the broker and this program do not understand each other";
    case 0x84:
      return "the broker does not speak MQTT 5 (132): it must be Mosquitto 1.6 or later, or "
             "another of MQTT 5";
    case 0x85:
      return "the broker does not accept the client id (133)";
    case 0x86:
      return "the broker does not accept the user name or the password (134): mend 'username' or "
             "the password";
    case 0x87:
      return "the broker does not authorize this program (135): mend its login, or enrol it at the "
             "broker";
    case 0x88:
      return "the broker is not available (136): it is starting or stopping";
    case 0x89:
      return "the broker is busy (137)";
    case 0x8A:
      return "the broker has banned this program (138)";
    case 0x8B:
      return "the broker is shutting down (139)";
    case 0x8D:
      return "the broker heard nothing for too long (141): the network, or 'keep_alive_s'";
    case 0x8E:
      return "another program has connected with the same client id (142): stop one of the two";
    case 0x95:
      return "a message is larger than the broker takes (149): raise its max_packet_size, or lower "
             "'max_payload_bytes'";
    case 0x97:
      return "a quota of the broker is used up (151)";
    case 0x98:
      return "the broker's operator has ended the connection (152)";
    case 0x9F:
      return "too many connections for the broker (159)";
    default:
      return fmt::format("the broker gives reason code {}", reason_code);
  }
}

}  // namespace biglittle::wire
