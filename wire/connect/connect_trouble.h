// Why a connection to a broker cannot be had, in a sentence that says how to mend it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/fleet/broker_config.h"

namespace biglittle::wire {

// What a look at the broker found.
struct Trouble {
  enum class Kind : std::uint8_t {
    kNone,
    kHostUnknown,   // text: the resolver's words
    kNoThread,      // the system gives this process no thread to look a name up
    kNotReachable,  // code: errno; text: what became of each address, where there are several
    kNoAnswer,      // it took the connection and says nothing
    kClosed,        // it closed the connection at our greeting
    kClosedAfter,   // it closed the connection after a handshake that went well
    kNoTls,         // what it says is not TLS
    kCertificate,   // code: OpenSSL's X509_V_ERR_*; text: whom the certificate is made out for, or,
                    // where its issuer is unknown, that issuer, if the broker sent nothing but it
    kAlert,         // code: the TLS alert that it sent, RFC 8446 section 6
    kVersion,       // no TLS version in common
    kOwnFiles,      // text: which of our files OpenSSL does not take
    kOther,         // text: OpenSSL's words
    // Below: of MQTT, after a connection and, where there is TLS, a handshake that went well.
    kClosedAtConnect,  // it closed the connection instead of an answer
    kNoConnack,        // it says nothing
    kWantsTls,         // it answers in TLS
    kNotMqtt,          // what it says is not MQTT
    kOldMqtt,          // it answers as MQTT 3.1.1 does
    kRefused           // code: the reason code; text: its own words; server: another one to go to
  };
  Kind kind = Kind::kNone;
  int code = 0;
  std::string text;
  std::string server;
};

// Pure functions, thread-safe.

// One line without an end mark; empty for kNone.
std::string Sentence(const Trouble& trouble, const BrokerConfig& broker);
// The same for the reason code, 128 to 255, with which the broker refused something or ended the
// connection; `words`: its reason string, a stranger's bytes; `server`: its server reference.
std::string SentenceOfReason(int reason_code, std::string_view words = {},
                             std::string_view server = {});
// How a sentence ends where the broker says something itself: " (it says 'words')", or nothing.
std::string InItsWords(std::string_view words);

}  // namespace biglittle::wire
