#include "wire/mqtt/broker_needs.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>

#include "wire/connect/connect_trouble.h"

namespace biglittle::wire {
namespace {

constexpr std::string_view kShared = "$share/";

bool IsShared(const std::string& filter) { return filter.starts_with(kShared); }
bool HasWildcard(const std::string& filter) {
  return filter.find_first_of("+#") != std::string::npos;
}

}  // namespace

std::string WhatItLacks(const Connack& broker, const BrokerNeeds& needs) {
  std::vector<std::string_view> lacks;
  if (broker.maximum_qos < 1) lacks.emplace_back("QoS 1, by which nothing gets lost");
  if (needs.retained_messages && !broker.retain_available) {
    lacks.emplace_back("retained messages, by which consumers learn a status");
  }
  if (std::ranges::any_of(needs.filters, IsShared) && !broker.shared_subscription_available) {
    lacks.emplace_back("shared subscriptions, by which workers divide the requests");
  }
  if (std::ranges::any_of(needs.filters, HasWildcard) && !broker.wildcard_subscription_available) {
    lacks.emplace_back("subscriptions with wildcards");
  }
  if (lacks.empty()) return "";
  return fmt::format("it says that it has no {}: switch that on at the broker, or take another{}",
                     fmt::join(lacks, ", and no "), InItsWords(broker.reason_string));
}

}  // namespace biglittle::wire
