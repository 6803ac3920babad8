#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "biglittle/v1/result.pb.h"
#include "core/protobuf_scan.h"
#include "wire/message.h"
#include "wire/messages/json.h"
#include "wire/messages/result.h"

namespace biglittle::wire {
namespace {

// More than most results have: one allocation for each.
constexpr std::size_t kUsualJsonBytes = 1024;

v1::DecidedBy::Value ToProto(DecidedBy decided_by) {
  switch (decided_by) {
    case DecidedBy::kLittle:
      return v1::DecidedBy::little;
    case DecidedBy::kBig:
      return v1::DecidedBy::big;
    case DecidedBy::kFallback:
      return v1::DecidedBy::fallback;
  }
  return v1::DecidedBy::unspecified;
}

std::optional<DecidedBy> FromProto(v1::DecidedBy::Value decided_by) {
  switch (decided_by) {
    case v1::DecidedBy::little:
      return DecidedBy::kLittle;
    case v1::DecidedBy::big:
      return DecidedBy::kBig;
    case v1::DecidedBy::fallback:
      return DecidedBy::kFallback;
    default:
      return std::nullopt;
  }
}

v1::Result ToProto(const Result& result) {
  v1::Result out;
  out.set_fleet(result.fleet);
  out.set_device(result.device);
  out.set_task(result.task);
  out.set_run(result.run);
  out.set_sequence(result.sequence);
  SetTimestamp(result.capture_time, *out.mutable_capture_time());
  out.set_stage(result.stage == Stage::kFinal ? v1::Stage::final : v1::Stage::provisional);
  out.set_decided_by(ToProto(result.decided_by));
  out.set_reason(result.reason);
  out.set_class_index(result.class_index);
  out.set_label(result.label);
  out.set_confidence(result.confidence);
  v1::LatencyMs& latency = *out.mutable_latency_ms();
  latency.set_total(result.total_ms);
  latency.set_little(result.little_ms);
  if (result.round_trip_ms) latency.set_round_trip(*result.round_trip_ms);
  if (result.cloud_queue_ms) latency.set_cloud_queue(*result.cloud_queue_ms);
  if (result.cloud_compute_ms) latency.set_cloud_compute(*result.cloud_compute_ms);
  if (result.cloud_take_ms) latency.set_cloud_take(*result.cloud_take_ms);
  if (result.cloud_send_ms) latency.set_cloud_send(*result.cloud_send_ms);
  latency.set_deadline(result.deadline_ms);
  out.mutable_models()->set_little(result.little_digest);
  out.mutable_models()->set_big(result.big_digest);
  out.mutable_models()->set_big_unexpected(result.big_unexpected);
  out.set_worker(result.worker);
  out.mutable_little()->set_class_index(result.little_class_index);
  out.mutable_little()->set_label(result.little_label);
  out.mutable_little()->set_confidence(result.little_confidence);
  out.mutable_little()->set_unlike_training(result.unlike_training);
  out.mutable_little()->set_head(result.little_head);
  if (result.truth) out.set_truth(*result.truth);
  out.set_resent(result.resent);
  return out;
}

std::optional<double> Optional(bool present, double value) {
  return present ? std::optional(value) : std::nullopt;
}

Result FromProto(const v1::Result& in, DecidedBy decided_by) {
  Result out;
  out.fleet = in.fleet();
  out.device = in.device();
  out.task = in.task();
  out.run = in.run();
  out.sequence = in.sequence();
  out.capture_time = FromTimestamp(in.capture_time());
  out.stage = in.stage() == v1::Stage::final ? Stage::kFinal : Stage::kProvisional;
  out.decided_by = decided_by;
  out.reason = in.reason();
  out.class_index = in.class_index();
  out.label = in.label();
  out.confidence = in.confidence();
  const v1::LatencyMs& latency = in.latency_ms();
  out.total_ms = latency.total();
  out.little_ms = latency.little();
  out.round_trip_ms = Optional(latency.has_round_trip(), latency.round_trip());
  out.cloud_queue_ms = Optional(latency.has_cloud_queue(), latency.cloud_queue());
  out.cloud_compute_ms = Optional(latency.has_cloud_compute(), latency.cloud_compute());
  out.cloud_take_ms = Optional(latency.has_cloud_take(), latency.cloud_take());
  out.cloud_send_ms = Optional(latency.has_cloud_send(), latency.cloud_send());
  out.deadline_ms = latency.deadline();
  out.little_digest = in.models().little();
  out.big_digest = in.models().big();
  out.big_unexpected = in.models().big_unexpected();
  out.worker = in.worker();
  out.little_class_index = in.little().class_index();
  out.little_label = in.little().label();
  out.little_confidence = in.little().confidence();
  out.unlike_training = in.little().unlike_training();
  out.little_head = in.little().head();
  if (in.has_truth()) out.truth = in.truth();
  out.resent = in.resent();
  return out;
}

}  // namespace

std::string_view Name(DecidedBy decided_by) {
  switch (decided_by) {
    case DecidedBy::kLittle:
      return "little";
    case DecidedBy::kBig:
      return "big";
    case DecidedBy::kFallback:
      return "fallback";
  }
  return "unknown";
}

std::string_view Name(Stage stage) { return stage == Stage::kFinal ? "final" : "provisional"; }

std::string Encode(const Result& result, ResultFormat format) {
  if (format == ResultFormat::kProtobuf) return ToProto(result).SerializeAsString();
  std::string json;
  json.reserve(kUsualJsonBytes);
  AppendJson(result, json);
  return json;
}

absl::StatusOr<Result> DecodeResult(std::string_view payload, std::string_view content_type) {
  v1::Result in;
  if (content_type == kProtobufContent) {
    constexpr std::size_t kMostFields = 256;
    if (ScanProtobuf(payload, *v1::Result::descriptor(),
                     {.max_fields = kMostFields, .packed = PackedNumbers::kEachAField}) !=
            ProtobufScan::kFits ||
        !in.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) {
      return absl::InvalidArgumentError("the payload is no protobuf of a result");
    }
  } else if (absl::Status status = FromJson(payload, in); !status.ok()) {
    return status;
  }
  if (in.device().empty()) return absl::InvalidArgumentError("the result names no device");
  if (in.run().empty()) return absl::InvalidArgumentError("the result names no run");
  if (in.stage() != v1::Stage::provisional && in.stage() != v1::Stage::final) {
    return absl::InvalidArgumentError("the result has no stage");
  }
  const std::optional<DecidedBy> decided_by = FromProto(in.decided_by());
  if (!decided_by) return absl::InvalidArgumentError("the result does not say who decided");
  return FromProto(in, *decided_by);
}

namespace {

absl::StatusOr<std::vector<Result>> DecodeLines(std::string_view payload) {
  std::vector<Result> results;
  for (int number = 1; !payload.empty(); ++number) {
    const std::string_view line = payload.substr(0, payload.find('\n'));
    payload.remove_prefix(std::min(payload.size(), line.size() + 1));
    absl::StatusOr<Result> result = DecodeResult(line, kJsonContent);
    if (!result.ok()) {
      return absl::InvalidArgumentError(
          fmt::format("line {}: {}", number, std::string(result.status().message())));
    }
    results.push_back(*std::move(result));
  }
  if (results.empty()) return absl::InvalidArgumentError("the message holds no result");
  return results;
}

}  // namespace

absl::StatusOr<std::vector<Result>> DecodeResults(std::string_view payload,
                                                  std::string_view content_type) {
  if (content_type == kJsonLinesContent) return DecodeLines(payload);
  absl::StatusOr<Result> result = DecodeResult(payload, content_type);
  if (result.ok()) return std::vector<Result>{*std::move(result)};
  // Something on the way may have taken the type away.
  if (!content_type.empty()) return result.status();
  if (auto lines = DecodeLines(payload); lines.ok()) return lines;
  if (payload.starts_with('{')) return result.status();
  return absl::InvalidArgumentError(fmt::format(
      "{} (it came without a content type: does all on the way carry the properties of MQTT 5?)",
      std::string(result.status().message())));
}

}  // namespace biglittle::wire
