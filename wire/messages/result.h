// A result as consumers see it, and its encoding: JSON by default, protobuf on request.
//
// Pure functions, thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "core/clock.h"

namespace biglittle::wire {

enum class DecidedBy : std::uint8_t { kLittle, kBig, kFallback };
enum class Stage : std::uint8_t { kProvisional, kFinal };

// "little", "big", "fallback"; "provisional", "final".
std::string_view Name(DecidedBy decided_by);
std::string_view Name(Stage stage);

struct Result {
  std::string fleet;
  std::string device;
  std::string task;
  std::string run;
  std::uint64_t sequence = 0;
  WallTime capture_time;
  Stage stage = Stage::kFinal;
  DecidedBy decided_by = DecidedBy::kLittle;
  std::string reason;  // empty unless decided_by is kFallback
  int class_index = 0;
  std::string label;
  float confidence = 0.0F;

  // Milliseconds.
  double total_ms = 0.0;
  double little_ms = 0.0;
  std::optional<double> round_trip_ms;
  std::optional<double> cloud_queue_ms;
  std::optional<double> cloud_compute_ms;
  std::optional<double> cloud_take_ms;
  std::optional<double> cloud_send_ms;
  double deadline_ms = 0.0;

  std::string little_digest;
  std::string big_digest;       // empty unless decided_by is kBig
  bool big_unexpected = false;  // it is not that of the device's task
  std::string worker;           // likewise

  int little_class_index = 0;
  std::string little_label;
  float little_confidence = 0.0F;
  bool unlike_training = false;
  std::uint32_t little_head = 0;

  std::optional<int> truth;
  bool resent = false;
};

enum class ResultFormat : std::uint8_t { kJson, kProtobuf };

// The message's payload; `format` also decides its content type.
std::string Encode(const Result& result, ResultFormat format = ResultFormat::kJson);

// Appends the JSON of a result, one line without its end. Every field is written that is not
// optional; numbers have the fewest digits that read back as the same value; bytes that are not
// UTF-8 become U+FFFD.
void AppendJson(const Result& result, std::string& out);

// `content_type` as the message had it; anything but kProtobufContent is read as JSON.
// InvalidArgument if the payload is neither, or lacks device, run, stage or decided_by.
absl::StatusOr<Result> DecodeResult(std::string_view payload, std::string_view content_type);

// A message of the result topic, at least one result in order: several with kJsonLinesContent, or
// with none, which a bridge of MQTT 3.1.1 leaves; one with any other. InvalidArgument, which names
// the line, if one of them is none.
absl::StatusOr<std::vector<Result>> DecodeResults(std::string_view payload,
                                                  std::string_view content_type);

}  // namespace biglittle::wire
