#include "wire/messages/channels.h"

#include <utility>

#include "wire/message.h"

namespace biglittle::wire {
namespace {

constexpr std::string_view kDevice = "{device}";
constexpr std::string_view kWorker = "{worker}";

Channel Escalate(const Topics& topics) {
  return {.id = "escalate",
          .address = topics.Escalate(kDevice),
          .help =
              "Readings of which the device's own net is not sure. The workers share them: they "
              "subscribe to `$share/<group>/...`, so that one of them gets each request.",
          .sender = Party::kDevice,
          .hearer = Party::kWorker,
          .messages = {{.id = "escalationRequest",
                        .content_type = kProtobufContent,
                        .proto = "EscalationRequest",
                        .help = "One reading or several of one task, each with the time that it "
                                "has left."}},
          .answered_on = "reply",
          .has_response_topic = true,
          .has_correlation_data = true,
          .expires = true};
}

Channel Reply(const Topics& topics) {
  return {.id = "reply",
          .address = topics.Reply(kDevice, kWorker),
          .help =
              "A worker's answers: the response topic of the request, with its own name behind "
              "it. Which worker answers says the topic.",
          .sender = Party::kWorker,
          .hearer = Party::kDevice,
          .messages = {{.id = "escalationReply",
                        .content_type = kProtobufContent,
                        .proto = "EscalationReply",
                        .help = "A prediction or a rejection for each reading, under the request's "
                                "correlation data."}},
          .has_correlation_data = true};
}

Channel Result(const Topics& topics) {
  return {.id = "result",
          .address = topics.Result(kDevice),
          .help =
              "Every reading's outcome, by its deadline. Delivered at least once; what is "
              "retained here is none of a device's.",
          .sender = Party::kDevice,
          .hearer = Party::kConsumer,
          .messages = {{.id = "result",
                        .content_type = kJsonContent,
                        .json = "result",
                        .help = "One outcome, provisional or final."},
                       {.id = "resultLines",
                        .content_type = kJsonLinesContent,
                        .json = "result",
                        .help = "Several, a line each, from devices that are told so "
                                "(`results.max_batch`)."}}};
}

// Of a device or a worker.
Channel Status(std::string_view id, std::string address, Party sender, std::string_view help) {
  return {.id = id,
          .address = std::move(address),
          .help = help,
          .sender = sender,
          .hearer = Party::kConsumer,
          .messages = {{.id = id,
                        .content_type = kJsonContent,
                        .json = "status",
                        .help = "Online, stopped, or offline, which the broker says."}},
          .retained = true};
}

Channel State(const Topics& topics) {
  return {.id = "deviceState",
          .address = topics.DeviceState(kDevice),
          .help =
              "The class that the device has settled on, where its fleet file has a `state`: "
              "when it changes, and at an interval.",
          .sender = Party::kDevice,
          .hearer = Party::kConsumer,
          .messages = {{.id = "deviceState",
                        .content_type = kJsonContent,
                        .json = "state",
                        .help = "Flat JSON."}},
          .retained = true};
}

Channel Sensor(const Topics& topics) {
  return {.id = "sensor",
          .address = topics.Sensors(kDevice) + "/{sensor}",
          .help =
              "Samples of a sensor that speaks MQTT, for the device whose source names the "
              "topic. What is retained is not heard. Where rights are provisioned a sensor may "
              "send here, on several levels as well.",
          .sender = Party::kSensor,
          .hearer = Party::kDevice,
          .messages = {{.id = "samples",
                        .help = "As the `format` of the device's source says: lines of CSV, of "
                                "JSON, or raw numbers."}}};
}

Channel Control(const Topics& topics) {
  return {.id = "control",
          .address = topics.Control(kDevice),
          .help =
              "What an operator asks of a device. At most 4096 bytes; what is retained is "
              "ignored; beyond 8 at once and 2 a second nobody answers.",
          .sender = Party::kOperator,
          .hearer = Party::kDevice,
          .messages = {{.id = "controlRequest",
                        .content_type = kJsonContent,
                        .json = "control",
                        .help = "One verb, under an id that comes back."}},
          .answered_on = "controlReply"};
}

Channel ControlReply(const Topics& topics) {
  return {.id = "controlReply",
          .address = topics.ControlReply(kDevice),
          .help = "What the device answers, under the request's id.",
          .sender = Party::kDevice,
          .hearer = Party::kOperator,
          .messages = {{.id = "controlReply",
                        .content_type = kJsonContent,
                        .json = "control-reply",
                        .help = "Done or not, and how the device is now."}},
          .expires = true};
}

Channel Snapshot(const Topics& topics) {
  return {.id = "snapshot",
          .address = topics.Snapshot(kDevice, "{sequence}"),
          .help = "The window of one reading, for who has asked for it.",
          .sender = Party::kDevice,
          .hearer = Party::kOperator,
          .messages = {{.id = "snapshot",
                        .content_type = kJsonContent,
                        .json = "snapshot",
                        .help = "The numbers as the sensor gave them."}},
          .expires = true};
}

}  // namespace

std::string_view Name(Party party) {
  switch (party) {
    case Party::kDevice:
      return "device";
    case Party::kWorker:
      return "worker";
    case Party::kOperator:
      return "operator";
    case Party::kSensor:
      return "sensor";
    case Party::kConsumer:
      return "consumer";
  }
  return "unknown";
}

std::vector<Channel> Channels(const Topics& topics) {
  return {
      Escalate(topics),
      Reply(topics),
      Result(topics),
      Status("deviceStatus", topics.DeviceStatus(kDevice), Party::kDevice,
             "How a device is: at every connect, at an interval, and when it stops or is lost."),
      State(topics),
      Sensor(topics),
      Control(topics),
      ControlReply(topics),
      Snapshot(topics),
      Status("workerStatus", topics.WorkerStatus(kWorker), Party::kWorker,
             "How a worker is: at every connect, at an interval, and when it stops or is "
             "lost.")};
}

}  // namespace biglittle::wire
