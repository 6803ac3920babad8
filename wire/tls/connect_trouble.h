// Why a connection to a broker cannot be had, in a sentence that says how to mend it.
#pragma once

#include <cstdint>
#include <string>

#include "core/fleet_config.h"

namespace biglittle::wire {

// What a look at the broker found.
struct Trouble {
  enum class Kind : std::uint8_t {
    kNone,
    kHostUnknown,   // text: the resolver's words
    kNotReachable,  // code: errno
    kNoAnswer,      // it took the connection and says nothing
    kClosed,        // it closed the connection at our greeting
    kClosedAfter,   // it closed the connection after a handshake that went well
    kNoTls,         // what it says is not TLS
    kCertificate,   // code: OpenSSL's X509_V_ERR_*; text: what the certificate is made out for
    kAlert,         // code: the TLS alert that it sent, RFC 8446 section 6
    kVersion,       // no TLS version in common
    kOwnFiles,      // text: which of our files OpenSSL does not take
    kOther          // text: OpenSSL's words
  };
  Kind kind = Kind::kNone;
  int code = 0;
  std::string text;
};

// Pure functions, thread-safe.

// One line without an end mark; empty for kNone.
std::string Sentence(const Trouble& trouble, const BrokerConfig& broker);
// The same for the reason code, 128 to 255, with which the broker refused an MQTT connection or
// ended one.
std::string SentenceOfReason(int reason_code);

}  // namespace biglittle::wire
