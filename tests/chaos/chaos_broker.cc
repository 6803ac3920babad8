#include "tests/chaos/chaos_broker.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>

namespace biglittle::chaos {
namespace {

// 0 is "no limit" with each of them. sys_interval: how often the count of drops is published.
constexpr char kConfiguration[] = R"(listener 1883 127.0.0.1
allow_anonymous true
set_tcp_nodelay true
max_inflight_messages 0
max_queued_messages 0
max_queued_bytes 0
sys_interval 1
log_dest stderr
log_type error
log_type warning
connection_messages false
)";

}  // namespace

ChaosBroker::ChaosBroker(bool persistent) : persistent_(persistent) { Start(0); }

ChaosBroker::~ChaosBroker() {
  broker_.reset();
  if (!testing::Test::HasFailure()) return;
  std::fprintf(stderr, "the broker's log:\n%s\n",
               TailOfFile(folder_.path() / "mosquitto.log", 10).c_str());
}

void ChaosBroker::Start(std::uint16_t port) {
  std::string text = kConfiguration;
  text += persistent_ ? fmt::format(
                            "persistence true\npersistence_location {}/\n"
                            "autosave_interval 1\n",
                            folder_.path().string())
                      : "persistence false\n";
  auto broker = BrokerProcess::Start(
      {.configuration = folder_.Write("chaos.conf", text), .folder = folder_.path(), .port = port});
  ASSERT_TRUE(broker.ok()) << std::string(broker.status().message());
  broker_ = *std::move(broker);
  port_ = broker_->port();
}

void ChaosBroker::Freeze() { broker_->process().Signal(SIGSTOP); }

void ChaosBroker::Kill() {
  broker_->process().Signal(SIGKILL);
  broker_.reset();
}

void ChaosBroker::Restart() { Start(port_); }

std::uint64_t ChaosBroker::UnreadByClients() const {
  // Lines like "sl: 0100007F:<local port> 0100007F:<remote port> st tx_queue:rx_queue ...", hex.
  std::ifstream table("/proc/net/tcp");
  const std::string remote = fmt::format(":{:04X}", port_);
  std::uint64_t unread = 0;
  std::string line;
  std::getline(table, line);
  while (std::getline(table, line)) {
    std::istringstream words(line);
    std::string slot, from, to, state, queues;
    words >> slot >> from >> to >> state >> queues;
    if (!to.ends_with(remote) || queues.size() < 17) continue;
    unread += std::stoull(queues.substr(9), nullptr, 16);
  }
  return unread;
}

}  // namespace biglittle::chaos
