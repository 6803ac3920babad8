#include "wire/connect/broker_addresses.h"

#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <memory>
#include <system_error>
#include <thread>
#include <utility>

#include "core/program/descriptors.h"
#include "core/text.h"
#include "wire/connect/paho_name_lookup.h"

namespace biglittle::wire {
namespace {

using std::chrono::steady_clock;

constexpr Milliseconds kStep{20};

BrokerAddresses::Answer AskSystem(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  BrokerAddresses::Answer answer;
  answer.error = LookUpBySystem(host.c_str(), nullptr, &hints, &found);
  if (answer.error != 0) {
    // Without descriptors it fails with any error, even as if there were no such name.
    answer.lacks_descriptors = DescriptorsLeft() == 0;
    return answer;
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, &freeaddrinfo);
  std::vector<std::pair<bool, std::string>> all;  // is it IPv6
  for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
    char text[NI_MAXHOST] = "";
    if (at->ai_family != AF_INET && at->ai_family != AF_INET6) continue;
    if (getnameinfo(at->ai_addr, at->ai_addrlen, text, sizeof(text), nullptr, 0, NI_NUMERICHOST) !=
        0) {
      continue;
    }
    all.emplace_back(at->ai_family == AF_INET6, text);
  }
  // As Paho does by itself: IPv6 without a route is the commoner fault.
  std::ranges::stable_sort(all, {}, &std::pair<bool, std::string>::first);
  for (auto& [ipv6, text] : all) answer.addresses.push_back(std::move(text));
  if (answer.addresses.empty()) answer.error = EAI_NODATA;
  return answer;
}

}  // namespace

BrokerAddresses& BrokerAddresses::OfProcess() {
  // Never destroyed: a thread that asks a name service may outlive main.
  static auto* const addresses = new BrokerAddresses(&AskSystem);
  return *addresses;
}

std::variant<BrokerAddresses::Addresses, Trouble> BrokerAddresses::LookUp(
    const std::string& host, const Patience& patience) {
  if (IsIpAddress(host)) return Addresses{host};
  std::shared_future<Answer> answer;
  try {
    answer = Ask(host);
  } catch (const std::system_error&) {
    return AllOr(host, {Trouble::Kind::kNoThread, 0, ""});
  }
  // Without a future the last answer is fresh.
  while (answer.valid() && answer.wait_for(kStep) != std::future_status::ready) {
    if (patience.cancelled()) return Trouble{};
    if (patience.over()) {
      return AllOr(host,
                   {Trouble::Kind::kHostUnknown, 0, "the name service does not answer in time"});
    }
  }
  if (answer.valid() && answer.get().error != 0) {
    const int error = answer.get().error;
    if (answer.get().lacks_descriptors) {
      return AllOr(host, {Trouble::Kind::kNotReachable, EMFILE, ""});
    }
    const Trouble trouble{Trouble::Kind::kHostUnknown, 0, gai_strerror(error)};
    // Only these say that there is no such host.
    if (error == EAI_NONAME || error == EAI_NODATA) return trouble;
    return AllOr(host, trouble);
  }
  return AllOr(host, {Trouble::Kind::kHostUnknown, 0, gai_strerror(EAI_AGAIN)});
}

// On a thread that is left behind if need be: a name service that is away holds it for longer than
// a program may take to stop.
std::shared_future<BrokerAddresses::Answer> BrokerAddresses::Ask(const std::string& host) {
  const std::lock_guard lock(mutex_);
  Entry& entry = entries_[host];
  if (entry.pending.valid()) return entry.pending;
  if (entry.answered_at && steady_clock::now() - *entry.answered_at < fresh_) return {};
  auto promise = std::make_shared<std::promise<Answer>>();
  const std::shared_future<Answer> pending = promise->get_future().share();
  std::thread([this, host, promise] {
    Answer answer{EAI_MEMORY, {}};
    try {
      answer = service_(host);
    } catch (const std::exception&) {  // no memory, say: the next one who asks may have luck
    }
    Take(host, answer);
    promise->set_value(std::move(answer));
  }).detach();
  entry.pending = pending;
  return pending;
}

void BrokerAddresses::Take(const std::string& host, const Answer& answer) {
  const std::lock_guard lock(mutex_);
  Entry& entry = entries_[host];
  entry.pending = {};
  if (answer.error != 0) return;
  const std::string tried = entry.addresses.empty() ? "" : entry.addresses[entry.current];
  entry.addresses = answer.addresses;
  const auto same = std::ranges::find(entry.addresses, tried);
  // That which served last is tried first.
  entry.current =
      same == entry.addresses.end() ? 0 : static_cast<std::size_t>(same - entry.addresses.begin());
  entry.answered_at = steady_clock::now();
}

BrokerAddresses::Addresses BrokerAddresses::All(const std::string& host) const {
  if (IsIpAddress(host)) return {host};
  const std::lock_guard lock(mutex_);
  const auto at = entries_.find(host);
  return at == entries_.end() ? Addresses() : at->second.addresses;
}

std::variant<BrokerAddresses::Addresses, Trouble> BrokerAddresses::AllOr(const std::string& host,
                                                                         Trouble otherwise) const {
  Addresses all = All(host);
  if (all.empty()) return otherwise;
  return all;
}

std::optional<std::string> BrokerAddresses::Current(const std::string& host) const {
  const std::lock_guard lock(mutex_);
  const auto at = entries_.find(host);
  if (at == entries_.end() || at->second.addresses.empty()) return std::nullopt;
  return at->second.addresses[at->second.current];
}

void BrokerAddresses::MoveOn(const std::string& host, const std::string& address) {
  const std::lock_guard lock(mutex_);
  const auto at = entries_.find(host);
  if (at == entries_.end() || at->second.addresses.empty()) return;
  Entry& entry = at->second;
  if (entry.addresses[entry.current] != address) return;
  entry.current = (entry.current + 1) % entry.addresses.size();
}

}  // namespace biglittle::wire
