#include "wire/mqtt/session_counters.h"

namespace biglittle::wire {

void AddCounters(const MqttSession::Counters& counters,
                 std::map<std::string, std::uint64_t>& into) {
  into["mqtt_connects"] = counters.connects;
  into["mqtt_reconnects"] = counters.connects > 0 ? counters.connects - 1 : 0;
  into["mqtt_connect_failures"] = counters.connect_failures;
  into["mqtt_connections_lost"] = counters.connections_lost;
  into["mqtt_renewals"] = counters.renewals;
  into["mqtt_published"] = counters.published;
  into["mqtt_acknowledged"] = counters.acknowledged;
  into["mqtt_republished"] = counters.republished;
  into["mqtt_refused_backlog_full"] = counters.refused_backlog_full;
  into["mqtt_refused_too_large"] = counters.refused_too_large;
  into["mqtt_refused_by_broker"] = counters.refused_by_broker;
  into["mqtt_expired"] = counters.expired;
  into["mqtt_received"] = counters.received;
  into["mqtt_received_too_large"] = counters.received_too_large;
  into["mqtt_subscriptions_refused"] = counters.subscriptions_refused;
}

}  // namespace biglittle::wire
