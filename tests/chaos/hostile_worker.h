// A member of the workers' group that answers everything wrongly: a class that does not exist,
// twice and differently, too late, for another device, garbage, or an answer that leaves out the
// reading. One after the other.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <queue>
#include <string>
#include <thread>
#include <vector>

#include "core/bounded_queue.h"
#include "core/fleet/fleet_config.h"
#include "wire/messages/escalation.h"
#include "wire/mqtt/mqtt_session.h"
#include "wire/topics.h"

namespace biglittle::chaos {

class HostileWorker {
 public:
  // Joins the group before it returns.
  explicit HostileWorker(const FleetConfig& fleet);
  ~HostileWorker();
  HostileWorker(const HostileWorker&) = delete;
  HostileWorker& operator=(const HostileWorker&) = delete;

  std::uint64_t requests() const { return requests_; }

 private:
  struct Later {
    SteadyTime at;
    wire::Message message;
    bool operator>(const Later& other) const { return at > other.at; }
  };
  struct Request {
    std::string device;
    std::string correlation_data;
    wire::EscalationRequest content;
  };
  using Misdeed = void (HostileWorker::*)(const Request&);

  wire::MqttSession::Options SessionOptions(const FleetConfig& fleet);
  void Run();
  void Answer(const wire::Message& message);

  void AnswerNoSuchClass(const Request& request);
  void AnswerTwice(const Request& request);
  void AnswerLate(const Request& request);
  void AnswerForAnother(const Request& request);
  void AnswerGarbage(const Request& request);
  void AnswerNothing(const Request& request);
  // A well-formed answer that moves each reading's class by `shift`; 0: the right one.
  wire::Message Reply(const Request& request, int shift) const;
  void Send(wire::Message message);

  static constexpr std::array<Misdeed, 6> kMisdeeds = {
      &HostileWorker::AnswerNoSuchClass, &HostileWorker::AnswerTwice,
      &HostileWorker::AnswerLate,        &HostileWorker::AnswerForAnother,
      &HostileWorker::AnswerGarbage,     &HostileWorker::AnswerNothing};

  const wire::Topics topics_;
  BoundedQueue<wire::Message> inbox_;
  std::atomic<std::uint64_t> requests_{0};

  // Used by the thread only.
  std::map<std::string, Request> last_of_device_;
  std::priority_queue<Later, std::vector<Later>, std::greater<>> later_;

  wire::MqttSession session_;
  std::thread thread_;
};

}  // namespace biglittle::chaos
