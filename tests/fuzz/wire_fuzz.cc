// Any bytes as each of the payloads that cross the network; the first byte says which. What is
// accepted is well formed, and encoding it again gives the same value.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/tensor.h"
#include "tests/fuzz/cost.h"
#include "tests/fuzz/require.h"
#include "wire/message.h"
#include "wire/messages/control.h"
#include "wire/messages/escalation.h"
#include "wire/messages/result.h"
#include "wire/messages/status.h"

namespace biglittle::wire {
namespace {

void Request(std::string_view payload) {
  const auto request = DecodeEscalationRequest(payload);
  if (!request.ok()) return Require(!request.status().message().empty(), "an error has a message");
  Require(!request->task.empty() && !request->readings.empty(), "there is something to do");
  for (const EscalatedReading& reading : request->readings) {
    const Tensor& window = reading.window;
    Require(ElementCount(window.shape).value() * ElementSize(window.dtype) == window.data.size(),
            "the window holds together");
  }
  const auto again = DecodeEscalationRequest(Encode(*request));
  Require(again.ok() && again->readings.size() == request->readings.size() &&
              again->features_of == request->features_of,
          "comes back");
}

void Reply(std::string_view payload) {
  const auto reply = DecodeEscalationReply(payload);
  if (!reply.ok()) return Require(!reply.status().message().empty(), "an error has a message");
  Require(!reply->replies.empty() || reply->rejection, "it says something");
  for (const ReadingReply& item : reply->replies) {
    const auto* answer = std::get_if<CloudPrediction>(&item.answer);
    if (answer == nullptr) continue;
    Require(answer->prediction.class_index >= 0, "a class is an index");
    Require(std::isfinite(answer->prediction.confidence), "a confidence is a number");
  }
  Require(DecodeEscalationReply(Encode(*reply)).ok(), "comes back");
}

void Results(std::string_view payload, const char* content_type) {
  const auto results = DecodeResults(payload, content_type);
  if (!results.ok()) return Require(!results.status().message().empty(), "an error has a message");
  Require(!results->empty(), "there is something in it");
  for (const Result& result : *results) {
    Require(!result.device.empty() && !result.run.empty(), "it has a name");
    const auto again = DecodeResult(Encode(result), kJsonContent);
    Require(again.ok() && again->sequence == result.sequence && again->stage == result.stage,
            "comes back");
  }
}

void Statuses(std::string_view payload) {
  const auto status = DecodeStatus(payload);
  if (!status.ok()) Require(!status.status().message().empty(), "an error has a message");
}

void Controls(std::string_view payload) {
  std::string id;
  const auto request = DecodeControlRequest(payload, id);
  Require(id.size() <= kMaxControlIdBytes, "the id is bounded");
  if (!request.ok()) return Require(!request.status().message().empty(), "an error has a message");
  Require(request->id == id && payload.size() <= kMaxControlBytes, "it is bounded");
  Require(request->verb != ControlVerb::kSet || !request->values.empty(), "there is something set");
  for (const auto& [key, value] : request->values) Require(IsSettable(key), "it may be set");
  const auto again = DecodeControlRequest(Encode(*request), id);
  Require(again.ok() && *again == *request, "comes back");
  // What a device does with it: takes it whole or says why not.
  DeviceSettings settings;
  const absl::Status applied = Apply(request->values, settings);
  if (!applied.ok()) Require(settings == DeviceSettings{}, "nothing has changed");
}

void ControlReplies(std::string_view payload) {
  const auto reply = DecodeControlReply(payload);
  if (!reply.ok()) return Require(!reply.status().message().empty(), "an error has a message");
  const auto again = DecodeControlReply(Encode(*reply));
  Require(again.ok() && again->id == reply->id && again->ok == reply->ok, "comes back");
}

}  // namespace
}  // namespace biglittle::wire

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const biglittle::Cost cost(size);
  using namespace biglittle::wire;
  if (size == 0) return 0;
  const std::string_view payload(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 8) {
    case 0:
      Request(payload);
      break;
    case 1:
      Reply(payload);
      break;
    case 2:
      Results(payload, kJsonContent);
      break;
    case 3:
      Results(payload, kProtobufContent);
      break;
    case 4:
      Statuses(payload);
      break;
    case 6:
      Controls(payload);
      break;
    case 7:
      ControlReplies(payload);
      break;
    default:
      Results(payload, kJsonLinesContent);
      break;
  }
  return 0;
}
