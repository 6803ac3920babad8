#include "wire/connect/paho_name_lookup.h"

#include <dlfcn.h>
#include <netdb.h>

#include <optional>
#include <string>

#include "wire/connect/broker_addresses.h"

namespace biglittle::wire {

void UsePahoNameLookup() {}

int LookUpBySystem(const char* node, const char* service, const addrinfo* hints, addrinfo** found) {
  using LookUp = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
  static const LookUp look_up = reinterpret_cast<LookUp>(dlsym(RTLD_NEXT, "getaddrinfo"));
  return look_up == nullptr ? EAI_SYSTEM : look_up(node, service, hints, found);
}

}  // namespace biglittle::wire

extern "C" int getaddrinfo(const char* node, const char* service, const addrinfo* hints,
                           addrinfo** found) {
  using biglittle::wire::BrokerAddresses;
  using biglittle::wire::LookUpBySystem;
  const std::optional<std::string> address =
      node == nullptr ? std::nullopt : BrokerAddresses::OfProcess().Current(node);
  if (!address) return LookUpBySystem(node, service, hints, found);
  addrinfo numeric{};
  if (hints != nullptr) numeric = *hints;
  numeric.ai_flags |= AI_NUMERICHOST;
  return LookUpBySystem(address->c_str(), service, &numeric, found);
}
