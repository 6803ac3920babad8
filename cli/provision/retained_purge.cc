#include "cli/provision/retained_purge.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include <nlohmann/json.hpp>

#include "cli/provision/rights.h"
#include "wire/home_assistant_topics.h"
#include "wire/mqtt/mqtt_session.h"
#include "wire/topics.h"

namespace biglittle {
namespace {

using nlohmann::json;
using std::chrono::steady_clock;

// Its name is one of ours that nobody is let in by, so that what is left of it is cleared away.
const Identity kPurger{.role = Role::kAdmin, .id = "purge"};
constexpr std::chrono::days kValid{1};
constexpr std::chrono::seconds kTimeout{30};
constexpr Milliseconds kAskAgain{200};
// The most that a fleet file can have: what is larger than our own bound is to go all the more.
constexpr std::size_t kLargestPayload = 64U << 20U;
// What a broker cannot queue for us it drops, and a further round finds it. So much any broker of
// ours can (cli/provision/broker_limits.h).
constexpr int kMostRounds = 1000;
constexpr std::size_t kQueuedForSureMessages = 1000;
constexpr std::size_t kQueuedForSureBytes = 8U << 20U;

SteadyTime Soon() { return steady_clock::now() + kTimeout; }

absl::Status Slow(const wire::MqttSession& session) {
  return absl::UnavailableError(
      fmt::format("purging what is retained: {}", session.WhyNotConnected()));
}

bool Goes(const std::string& topic, const PurgeOrder& order) {
  if (order.kept.count(topic) > 0) return false;
  const bool shared = std::ranges::any_of(order.shared_prefixes, [&topic](const auto& prefix) {
    return topic.starts_with(prefix + "/");
  });
  return !shared || order.ours.count(topic) > 0;
}

// One connection that sees all that the broker retains under the filters, once.
class Round {
 public:
  Round(const BrokerConfig& broker, const PurgeOrder& order, const std::string& last_topic)
      : order_(order), last_(last_topic), session_(OptionsFor(broker)) {}

  // What is retained and not to be kept.
  absl::StatusOr<std::set<std::string>> Find() {
    session_.Start();
    const SteadyTime deadline = Soon();
    if (!session_.WaitConnected(deadline)) return Slow(session_);
    // What is retained is queued at a subscription; our own message comes behind it, unless it was
    // sent before that.
    while (!seen_last() && steady_clock::now() < deadline) {
      wire::Message message;
      message.topic = last_;
      if (auto status = session_.Publish(std::move(message)); !status.ok()) return status;
      const SteadyTime again = steady_clock::now() + kAskAgain;
      while (!seen_last() && steady_clock::now() < again) {
        std::this_thread::sleep_for(Milliseconds(2));
      }
    }
    if (!seen_last()) return Slow(session_);
    const std::lock_guard lock(mutex_);
    return found_;
  }

  // Whether the broker may have had more than it could queue for us.
  bool MayHaveMissedSome() {
    const std::lock_guard lock(mutex_);
    return arrived_ > kQueuedForSureMessages || arrived_bytes_ > kQueuedForSureBytes;
  }

  absl::Status Empty(const std::set<std::string>& topics) {
    for (const std::string& topic : topics) {
      wire::Message message;
      message.topic = topic;
      message.retained = true;
      if (session_.backlog() + 1 >= session_.max_backlog() && session_.Drain(Soon()) > 0) {
        return Slow(session_);
      }
      if (auto status = session_.Publish(std::move(message)); !status.ok()) return status;
    }
    if (session_.Drain(Soon()) > 0) return Slow(session_);
    if (session_.counters().refused_by_broker == 0) return absl::OkStatus();
    return absl::PermissionDeniedError("purging what is retained: the broker does not let us");
  }

 private:
  wire::MqttSession::Options OptionsFor(const BrokerConfig& broker) {
    wire::MqttSession::Options options;
    options.broker = broker;
    options.client_id = "biglittle-purge";
    options.clean_start = true;
    options.subscriptions = order_.filters;
    options.subscriptions.push_back(last_);
    options.on_message = [this](wire::Message&& message) { Arrived(message); };
    return options;
  }
  void Arrived(const wire::Message& message) {
    const std::lock_guard lock(mutex_);
    if (message.topic == last_) seen_last_ = true;
    ++arrived_;
    arrived_bytes_ += message.payload.size();
    if (message.retained && Goes(message.topic, order_)) found_.insert(message.topic);
  }
  bool seen_last() {
    const std::lock_guard lock(mutex_);
    return seen_last_;
  }

  const PurgeOrder& order_;
  const std::string last_;
  std::mutex mutex_;
  std::set<std::string> found_;
  bool seen_last_ = false;
  std::size_t arrived_ = 0;
  std::size_t arrived_bytes_ = 0;
  wire::MqttSession session_;  // last, so that its callbacks end first
};

absl::StatusOr<std::set<std::string>> Purge(const PurgeOrder& order, bool dry_run,
                                            const BrokerConfig& broker, const std::string& last) {
  std::set<std::string> purged;
  for (int i = 0; i < kMostRounds; ++i) {
    Round round(broker, order, last);
    const auto found = round.Find();
    if (!found.ok()) return found.status();
    purged.insert(found->begin(), found->end());
    if (found->empty() || dry_run) return purged;
    if (auto status = round.Empty(*found); !status.ok()) return status;
    if (!round.MayHaveMissedSome()) return purged;
  }
  return absl::UnavailableError(
      "purging what is retained: somebody writes as fast as it is emptied; put him out first");
}

json RoleOf(const std::string& name, const std::vector<std::string>& filters) {
  json acls = json::array();
  for (const std::string& filter : filters) {
    for (const char* kind : {"publishClientSend", "publishClientReceive", "subscribePattern"}) {
      acls.push_back({{"acltype", kind}, {"topic", filter}, {"allow", true}});
    }
  }
  return {{"command", "createRole"}, {"rolename", name}, {"acls", std::move(acls)}};
}

// Who may do what the order says, for as long as this lives.
class Purger {
 public:
  Purger(const ProvisionFolder& folder, ControlChannel& channel)
      : folder_(folder),
        channel_(channel),
        name_(UserName(kPurger, folder.inventory().names.fleet)),
        credentials_(folder.path() / "authority" / "purge") {}
  ~Purger() {
    static_cast<void>(channel_.Run({{{"command", "deleteClient"}, {"username", name_}},
                                    {{"command", "deleteRole"}, {"rolename", name_}}}));
    std::error_code error;
    std::filesystem::remove_all(credentials_, error);
  }
  Purger(const Purger&) = delete;
  Purger& operator=(const Purger&) = delete;

  absl::Status LetIn(std::vector<std::string> filters, const std::string& last) {
    const auto made = folder_.authority().IssueClient(name_, kValid);
    if (!made.ok()) return made.status();
    const auto trust = ReadSmallFile(folder_.OfIdentity(Administrator()) / "ca.pem");
    if (!trust.ok()) return trust.status();
    absl::Status status = MakeFolder(credentials_, kOwnerOnlyFolder);
    status.Update(ReplaceFile(credentials_ / "ca.pem", *trust, kReadableByAll));
    status.Update(ReplaceFile(credentials_ / "client.key", made->key, kOwnerOnly));
    status.Update(ReplaceFile(credentials_ / "client.crt", made->certificate, kReadableByAll));
    if (!status.ok()) return status;
    filters.push_back(last);
    const json roles = json::array({{{"rolename", name_}, {"priority", -1}}});
    return channel_
        .Run({RoleOf(name_, filters),
              {{"command", "createClient"}, {"username", name_}, {"roles", roles}}})
        .status();
  }
  const std::filesystem::path& credentials() const { return credentials_; }

 private:
  const ProvisionFolder& folder_;
  ControlChannel& channel_;
  const std::string name_;
  const std::filesystem::path credentials_;
};

// What an identity leaves retained.
std::vector<std::string> RetainedOf(const Identity& identity, const FleetNames& names) {
  const wire::Topics topics(names.topic_root, names.fleet);
  if (identity.role == Role::kDevice) {
    std::vector<std::string> retained = {topics.DeviceStatus(identity.id),
                                         topics.DeviceState(identity.id)};
    if (names.home_assistant) retained.push_back(EntryTopic(identity.id, names));
    return retained;
  }
  if (identity.role == Role::kWorker) return {topics.WorkerStatus(identity.id)};
  return {};
}

std::set<std::string> RetainedOfAllBut(const std::set<Identity>& these,
                                       const Inventory& inventory) {
  std::set<std::string> retained;
  for (const auto& [identity, certificates] : inventory.identities) {
    if (these.count(identity) > 0) continue;
    for (std::string& topic : RetainedOf(identity, inventory.names))
      retained.insert(std::move(topic));
  }
  return retained;
}

}  // namespace

PurgeOrder PurgeOf(const std::set<Identity>& identities, const Inventory& inventory) {
  PurgeOrder order{.filters = {}, .kept = RetainedOfAllBut(identities, inventory)};
  std::set<std::string> filters;
  for (const Identity& identity : identities) {
    for (const Right& right : RightsOf(identity, inventory.names)) {
      const bool of_the_broker = right.filter.starts_with('$');
      if (right.kind == RightKind::kSend && !of_the_broker) filters.insert(right.filter);
    }
  }
  order.filters.assign(filters.begin(), filters.end());
  return order;
}

void AddEntriesBelow(const std::set<std::string>& prefixes, const Inventory& inventory,
                     PurgeOrder& order) {
  std::set<std::string> devices;
  for (const auto& [identity, certificates] : inventory.identities) {
    if (identity.role == Role::kDevice) devices.insert(identity.id);
  }
  for (const auto& [identity, when] : inventory.tombstones) {
    if (identity.role == Role::kDevice) devices.insert(identity.id);
  }
  for (const std::string& prefix : prefixes) {
    order.filters.push_back(wire::DiscoveryTopic(prefix, "+"));
    order.shared_prefixes.insert(prefix);
    for (const std::string& device : devices) {
      order.ours.insert(
          wire::DiscoveryTopic(prefix, wire::ObjectId(inventory.names.fleet, device)));
    }
  }
}

PurgeOrder PurgeOfAll(const Inventory& inventory) {
  const FleetNames& names = inventory.names;
  PurgeOrder order{.filters = {fmt::format("{}/{}/#", names.topic_root, names.fleet)},
                   .kept = RetainedOfAllBut({}, inventory)};
  if (names.home_assistant) AddEntriesBelow({names.home_assistant->prefix}, inventory, order);
  return order;
}

absl::StatusOr<std::set<std::string>> PurgeRetained(const PurgeOrder& order, bool dry_run,
                                                    const ProvisionFolder& folder,
                                                    ControlChannel& channel) {
  if (order.filters.empty()) return std::set<std::string>();
  const std::string last = fmt::format("biglittle-purge/{}", folder.inventory().names.fleet);
  Purger purger(folder, channel);
  if (auto status = purger.LetIn(order.filters, last); !status.ok()) return status;
  BrokerConfig purge = channel.broker();
  purge.tls = TlsConfig{.credentials = purger.credentials()};
  purge.max_payload_bytes = kLargestPayload;
  return Purge(order, dry_run, purge, last);
}

}  // namespace biglittle
