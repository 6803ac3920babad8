// The addresses of broker names: looked up with a time limit, by one thread for all sessions of the
// process that ask for the same name at the same time, and tried in turn.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <future>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/clock.h"
#include "wire/connect/connect_trouble.h"
#include "wire/connect/patience.h"

namespace biglittle::wire {

// Thread-safe.
class BrokerAddresses {
 public:
  // IPv4 and IPv6 addresses as text, IPv4 first, else in the system's order. Not empty.
  using Addresses = std::vector<std::string>;
  // What a name service says: getaddrinfo's error, or the addresses.
  struct Answer {
    int error = 0;
    Addresses addresses;
    bool lacks_descriptors = false;  // it could not even be asked, whatever the error
  };
  // Blocks.
  using NameService = std::function<Answer(const std::string& host)>;

  // An answer is taken again for `fresh`: devices of one process that come back together ask once.
  explicit BrokerAddresses(NameService service, Milliseconds fresh = std::chrono::seconds(1))
      : service_(std::move(service)), fresh_(fresh) {}

  // That which Paho's look-ups are answered from; it asks the system.
  static BrokerAddresses& OfProcess();

  // The addresses of `host`, itself if it is one. Asks the name service anew, unless its
  // answer is fresh. While that does not answer, or only says that it cannot now, the
  // addresses of before are taken, if there are any; else kHostUnknown. kNone if the patience was
  // cancelled.
  std::variant<Addresses, Trouble> LookUp(const std::string& host, const Patience& patience);

  // All that are known, `host` itself if it is an address; may be empty.
  Addresses All(const std::string& host) const;
  // The address of `host` to be tried now; nullopt while none is known.
  std::optional<std::string> Current(const std::string& host) const;
  // Nothing good came of `address`: if it is still the current one, the next one is from now on.
  void MoveOn(const std::string& host, const std::string& address);

 private:
  struct Entry {
    Addresses addresses;
    std::size_t current = 0;
    std::optional<SteadyTime> answered_at;
    std::shared_future<Answer> pending;  // valid while a thread asks
  };

  std::shared_future<Answer> Ask(const std::string& host);
  void Take(const std::string& host, const Answer& answer);
  std::variant<Addresses, Trouble> AllOr(const std::string& host, Trouble otherwise) const;

  const NameService service_;
  const Milliseconds fresh_;
  mutable std::mutex mutex_;
  // Protected by mutex_. An entry a broker's name: those of the fleet files of this process.
  std::map<std::string, Entry> entries_;
};

}  // namespace biglittle::wire
