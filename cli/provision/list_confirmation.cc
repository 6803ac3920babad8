#include "cli/provision/list_confirmation.h"

#include <thread>

#include "wire/connect/broker_probe.h"

namespace biglittle {
namespace {

constexpr Milliseconds kPoll{50};
constexpr int kCertificateRevoked = 44;  // RFC 8446, section 6

}  // namespace

std::string WhyUnconfirmed(const BrokerConfig& broker, const wire::TlsFiles& probe,
                           Milliseconds patience) {
  using Kind = wire::Trouble::Kind;
  const SteadyTime deadline = std::chrono::steady_clock::now() + patience;
  for (;;) {
    // Nothing is said in MQTT: what the broker has not read when it hangs up could cost its alert.
    const wire::Trouble trouble =
        wire::ProbeBroker(broker, probe, std::nullopt, [] { return false; });
    if (trouble.kind == Kind::kAlert && trouble.code == kCertificateRevoked) return "";
    if (std::chrono::steady_clock::now() >= deadline) {
      return trouble.kind == Kind::kNone ? "it lets in a certificate that the list revokes"
                                         : wire::Sentence(trouble, broker);
    }
    std::this_thread::sleep_for(kPoll);
  }
}

}  // namespace biglittle
