#include <fmt/format.h>
#include <google/protobuf/stubs/logging.h>

#include <algorithm>
#include <limits>
#include <unordered_set>

#include "absl/cleanup/cleanup.h"

#include "biglittle/v1/escalation.pb.h"
#include "core/protobuf_scan.h"
#include "wire/messages/compression.h"
#include "wire/messages/escalation.h"
#include "wire/messages/tensor_codec.h"

namespace biglittle::wire {
namespace {

using std::chrono::microseconds;

// Compressed readings must be shorter by one part in so many.
constexpr std::size_t kLeastSaving = 10;

// Our own status says what is wrong with a payload; protobuf would write a line of its own to
// stderr for each, and a stranger could fill the log.
const google::protobuf::LogSilencer kNoSecondVoice;

absl::Status Invalid(std::string text) { return absl::InvalidArgumentError(std::move(text)); }

v1::Rejection::Reason ToProto(RejectionReason reason) {
  switch (reason) {
    case RejectionReason::kOverloaded:
      return v1::Rejection::OVERLOADED;
    case RejectionReason::kExpired:
      return v1::Rejection::EXPIRED;
    case RejectionReason::kInvalid:
      return v1::Rejection::INVALID;
    case RejectionReason::kUnknownTask:
      return v1::Rejection::UNKNOWN_TASK;
    case RejectionReason::kInternal:
      return v1::Rejection::INTERNAL;
  }
  return v1::Rejection::REASON_UNSPECIFIED;
}

// A reason that this version does not know still refuses the request.
RejectionReason FromProto(v1::Rejection::Reason reason) {
  switch (reason) {
    case v1::Rejection::OVERLOADED:
      return RejectionReason::kOverloaded;
    case v1::Rejection::EXPIRED:
      return RejectionReason::kExpired;
    case v1::Rejection::INVALID:
      return RejectionReason::kInvalid;
    case v1::Rejection::UNKNOWN_TASK:
      return RejectionReason::kUnknownTask;
    default:
      return RejectionReason::kInternal;
  }
}

std::uint32_t Clamp32(std::int64_t value) {
  constexpr std::int64_t kMax = std::numeric_limits<std::uint32_t>::max();
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(value, 0, kMax));
}

std::uint64_t ToMicroseconds(SteadyTime time) {
  const auto since = std::chrono::floor<microseconds>(time.time_since_epoch());
  return static_cast<std::uint64_t>(std::max<std::int64_t>(since.count(), 0));
}

// Of a time that no clock shows, the latest that one does: a stranger chose it.
SteadyTime FromMicroseconds(std::uint64_t time) {
  constexpr auto kMax = std::chrono::floor<microseconds>(SteadyTime::duration::max());
  return SteadyTime(std::min(time, static_cast<std::uint64_t>(kMax.count())) * microseconds(1));
}

void ToProto(const Rejection& rejection, v1::Rejection& out) {
  out.set_reason(ToProto(rejection.reason));
  out.set_detail(rejection.detail);
  out.set_retry_after_ms(Clamp32(rejection.retry_after.count()));
}

Rejection FromProto(const v1::Rejection& in, const CodecLimits& limits) {
  return {FromProto(in.reason()), in.detail().substr(0, limits.max_text_bytes),
          Milliseconds(in.retry_after_ms())};
}

absl::StatusOr<CloudPrediction> DecodePrediction(const v1::CloudPrediction& in,
                                                 const CodecLimits& limits) {
  if (in.class_index() >= limits.max_classes ||
      static_cast<std::size_t>(in.probabilities_size()) > limits.max_classes) {
    return Invalid(fmt::format("class {} is over the limit of {} classes", in.class_index(),
                               limits.max_classes));
  }
  if (!(in.confidence() >= 0.0F && in.confidence() <= 1.0F)) {
    return Invalid(fmt::format("confidence {} is not between 0 and 1", in.confidence()));
  }
  if (in.model_digest().size() > limits.max_text_bytes) return Invalid("the digest is too long");
  CloudPrediction out;
  out.prediction.class_index = static_cast<int>(in.class_index());
  out.prediction.confidence = in.confidence();
  out.prediction.probabilities.assign(in.probabilities().begin(), in.probabilities().end());
  out.model_digest = in.model_digest();
  out.queue_time = microseconds(in.queue_us());
  out.compute_time = microseconds(in.compute_us());
  out.batch_size = in.batch_size();
  if (in.has_take_us()) out.take_time = microseconds(in.take_us());
  if (in.has_arrived_at_us()) out.arrived_at = FromMicroseconds(in.arrived_at_us());
  return out;
}

void ToProto(const CloudPrediction& prediction, v1::CloudPrediction& out) {
  out.set_class_index(static_cast<std::uint32_t>(prediction.prediction.class_index));
  out.set_confidence(prediction.prediction.confidence);
  const std::vector<float>& probabilities = prediction.prediction.probabilities;
  out.mutable_probabilities()->Add(probabilities.begin(), probabilities.end());
  out.set_model_digest(prediction.model_digest);
  out.set_queue_us(Clamp32(prediction.queue_time.count()));
  out.set_compute_us(Clamp32(prediction.compute_time.count()));
  out.set_batch_size(prediction.batch_size);
  if (prediction.take_time) out.set_take_us(Clamp32(prediction.take_time->count()));
  if (prediction.arrived_at) out.set_arrived_at_us(ToMicroseconds(*prediction.arrived_at));
}

// Where that saves at least a tenth: less is not worth the receiver's time.
void CompressReadings(v1::EscalationRequest& out) {
  v1::EscalationRequest readings;
  readings.mutable_readings()->Swap(out.mutable_readings());
  const std::string plain = readings.SerializeAsString();
  std::optional<std::string> frame;
  if (plain.size() <= kMaxCompressedReadings) {
    frame = Compress(plain, plain.size() - plain.size() / kLeastSaving);
  }
  if (frame) {
    out.set_zstd_readings(*std::move(frame));
  } else {
    readings.mutable_readings()->Swap(out.mutable_readings());
  }
}

// Of a message beside its readings, and of a reading or an answer: more than any version of ours
// writes.
constexpr std::size_t kMostOwnFields = 64;
constexpr std::size_t kMostFieldsAReading = 64;

// Before anything is built of it. `what` it is to be; `broken`: what to say of bytes that are no
// protobuf.
absl::Status CheckCost(std::string_view message, const google::protobuf::Descriptor& type,
                       const ProtobufBudget& budget, const char* what, const char* broken) {
  switch (ScanProtobuf(message, type, budget)) {
    case ProtobufScan::kFits:
      return absl::OkStatus();
    case ProtobufScan::kTooManyItems:
      return Invalid(fmt::format("the {} has {} readings or more, it may have at most {}", what,
                                 budget.max_items + 1, budget.max_items));
    case ProtobufScan::kTooManyFields:
      return Invalid(fmt::format("the {} has far more fields than its readings need", what));
    case ProtobufScan::kBroken:
      break;
  }
  return Invalid(broken);
}

absl::Status CheckRequestCost(std::string_view request, const CodecLimits& limits,
                              const char* broken) {
  return CheckCost(request, *v1::EscalationRequest::descriptor(),
                   {.max_fields = kMostOwnFields + limits.max_readings * kMostFieldsAReading,
                    .packed = PackedNumbers::kEachAField,
                    .items = v1::EscalationRequest::kReadingsFieldNumber,
                    .max_items = limits.max_readings},
                   "request", broken);
}

// Its probabilities are as many as its bytes hold.
absl::Status CheckReplyCost(std::string_view reply, const CodecLimits& limits) {
  constexpr std::size_t kBytesAField = 64;
  return CheckCost(reply, *v1::EscalationReply::descriptor(),
                   {.max_fields = kMostOwnFields + limits.max_readings * kMostFieldsAReading +
                                  reply.size() / kBytesAField,
                    .packed = PackedNumbers::kEachAField,
                    .items = v1::EscalationReply::kRepliesFieldNumber,
                    .max_items = limits.max_readings},
                   "reply", "the payload is no protobuf of an escalation reply");
}

// What the reading carries: features where the request says so, and a window otherwise, so that
// neither is ever taken for the other.
absl::StatusOr<Tensor> DecodeCarried(const v1::EscalatedReading& item, bool features,
                                     const CodecLimits& limits) {
  if (features ? item.has_window() : item.has_features()) {
    return Invalid(features ? "it has a window, in a request of features"
                            : "it has features, in a request of windows");
  }
  if (features && !item.has_features()) return Invalid("it has no features");
  return DecodeTensor(features ? item.features() : item.window(), limits);
}

absl::Status DecompressReadings(v1::EscalationRequest& in, const CodecLimits& limits,
                                std::size_t& looked_at) {
  if (in.zstd_readings().empty()) return absl::OkStatus();
  if (!in.readings().empty()) return Invalid("the request has compressed readings and plain ones");
  const absl::StatusOr<std::string> plain =
      Decompress(in.zstd_readings(), limits.max_decompressed_bytes);
  if (!plain.ok()) {
    looked_at += limits.max_decompressed_bytes;  // how far it came nobody knows
    return Invalid(fmt::format("compressed readings: {}", std::string(plain.status().message())));
  }
  looked_at += plain->size();
  constexpr char kBroken[] = "compressed readings: they are no protobuf of readings";
  if (absl::Status few = CheckRequestCost(*plain, limits, kBroken); !few.ok()) return few;
  v1::EscalationRequest readings;
  if (!readings.ParseFromString(*plain)) return Invalid(kBroken);
  in.mutable_readings()->Swap(readings.mutable_readings());
  return absl::OkStatus();
}

}  // namespace

std::string_view Name(RejectionReason reason) {
  switch (reason) {
    case RejectionReason::kOverloaded:
      return "overloaded";
    case RejectionReason::kExpired:
      return "expired";
    case RejectionReason::kInvalid:
      return "invalid";
    case RejectionReason::kUnknownTask:
      return "unknown_task";
    case RejectionReason::kInternal:
      return "internal";
  }
  return "internal";
}

std::string Encode(const EscalationRequest& request) {
  v1::EscalationRequest out;
  out.set_task(request.task);
  out.set_same_clock(request.same_clock);
  out.set_packed_replies(request.packed_replies);
  out.set_features_of(request.features_of);
  for (const EscalatedReading& reading : request.readings) {
    v1::EscalatedReading& item = *out.add_readings();
    item.set_sequence(reading.sequence);
    item.set_time_left_ms(Clamp32(reading.time_left.count()));
    item.set_priority(std::min(reading.priority, kPrioritised));
    EncodeTensor(reading.window, reading.wire_dtype,
                 request.features_of.empty() ? *item.mutable_window() : *item.mutable_features());
  }
  if (request.compress) CompressReadings(out);
  return out.SerializeAsString();
}

std::string Encode(const EscalationReply& reply) {
  v1::EscalationReply out;
  for (const ReadingReply& item : reply.replies) {
    v1::ReadingReply& entry = *out.add_replies();
    entry.set_sequence(item.sequence);
    entry.set_request_id(item.request_id);
    if (const auto* prediction = std::get_if<CloudPrediction>(&item.answer)) {
      v1::CloudPrediction& to = *entry.mutable_prediction();
      ToProto(*prediction, to);
      if (!reply.packed) continue;
      if (out.model_digest().empty()) out.set_model_digest(prediction->model_digest);
      if (out.model_digest() == prediction->model_digest) to.clear_model_digest();
    } else {
      ToProto(std::get<Rejection>(item.answer), *entry.mutable_rejection());
    }
  }
  if (reply.rejection) ToProto(*reply.rejection, *out.mutable_rejection());
  if (reply.previous_send_time)
    out.set_previous_send_us(Clamp32(reply.previous_send_time->count()));
  return out.SerializeAsString();
}

absl::StatusOr<EscalationRequest> DecodeEscalationRequest(std::string_view payload,
                                                          const CodecLimits& limits,
                                                          std::size_t* looked_at) {
  std::size_t bytes = payload.size();
  const absl::Cleanup tell = [&] {
    if (looked_at != nullptr) *looked_at = bytes;
  };
  constexpr char kBroken[] = "the payload is no protobuf of an escalation request";
  if (absl::Status few = CheckRequestCost(payload, limits, kBroken); !few.ok()) return few;
  v1::EscalationRequest in;
  if (!in.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) return Invalid(kBroken);
  if (in.task().empty() || in.task().size() > limits.max_text_bytes) {
    return Invalid("the request names no task");
  }
  if (absl::Status plain = DecompressReadings(in, limits, bytes); !plain.ok()) return plain;
  if (in.features_of().size() > limits.max_text_bytes) return Invalid("the digest is too long");
  if (in.readings().empty()) {
    return Invalid(
        fmt::format("the request has 0 readings, it may have 1 to {}", limits.max_readings));
  }
  EscalationRequest request;
  request.task = in.task();
  request.same_clock = in.same_clock();
  request.packed_replies = in.packed_replies();
  request.features_of = in.features_of();
  request.readings.reserve(in.readings_size());
  std::unordered_set<std::uint64_t> sequences;
  for (const v1::EscalatedReading& item : in.readings()) {
    if (!sequences.insert(item.sequence()).second) {
      return Invalid(fmt::format("reading {} occurs twice", item.sequence()));
    }
    absl::StatusOr<Tensor> window = DecodeCarried(item, !in.features_of().empty(), limits);
    if (!window.ok()) {
      return Invalid(
          fmt::format("reading {}: {}", item.sequence(), std::string(window.status().message())));
    }
    request.readings.push_back({item.sequence(), Milliseconds(item.time_left_ms()),
                                *std::move(window), std::min(item.priority(), kPrioritised)});
  }
  return request;
}

absl::StatusOr<EscalationReply> DecodeEscalationReply(std::string_view payload,
                                                      const CodecLimits& limits) {
  if (absl::Status cheap = CheckReplyCost(payload, limits); !cheap.ok()) return cheap;
  v1::EscalationReply in;
  if (!in.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) {
    return Invalid("the payload is no protobuf of an escalation reply");
  }
  if (static_cast<std::size_t>(in.replies_size()) > limits.max_readings) {
    return Invalid(fmt::format("the reply has {} readings, it may have at most {}",
                               in.replies_size(), limits.max_readings));
  }
  if (in.model_digest().size() > limits.max_text_bytes) return Invalid("the digest is too long");
  EscalationReply reply;
  reply.replies.reserve(static_cast<std::size_t>(in.replies_size()));
  if (in.has_rejection()) reply.rejection = FromProto(in.rejection(), limits);
  if (in.has_previous_send_us()) reply.previous_send_time = microseconds(in.previous_send_us());
  for (const v1::ReadingReply& item : in.replies()) {
    if (item.request_id().size() > limits.max_text_bytes) {
      return Invalid("a request's name is too long");
    }
    if (item.has_prediction()) {
      absl::StatusOr<CloudPrediction> prediction = DecodePrediction(item.prediction(), limits);
      if (!prediction.ok()) return prediction.status();
      if (prediction->model_digest.empty()) prediction->model_digest = in.model_digest();
      reply.replies.push_back({item.sequence(), *std::move(prediction), item.request_id()});
    } else if (item.has_rejection()) {
      reply.replies.push_back(
          {item.sequence(), FromProto(item.rejection(), limits), item.request_id()});
    } else {
      return Invalid(
          fmt::format("reading {} has neither prediction nor rejection", item.sequence()));
    }
  }
  if (reply.replies.empty() && !reply.rejection) return Invalid("the reply is empty");
  return reply;
}

}  // namespace biglittle::wire
