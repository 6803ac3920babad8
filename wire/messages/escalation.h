// The request that a device sends when its little net is not sure, the reply that comes back, and
// their encoding. Decoding is a trust boundary: whatever it returns is well formed.
//
// Pure functions, thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"

#include "core/clock.h"
#include "core/prediction.h"
#include "core/tensor.h"

namespace biglittle::wire {

inline constexpr std::uint32_t kNormalPriority = 0;
inline constexpr std::uint32_t kPrioritised = 1;

struct EscalatedReading {
  std::uint64_t sequence = 0;
  Milliseconds time_left{0};                 // counted from when the request was written
  Tensor window;                             // or, in a request with features_of, its features
  std::uint32_t priority = kNormalPriority;  // or kPrioritised; nothing else
  // For encoding; decoding gives every window as it was before, and kAsIs.
  WireDType wire_dtype = WireDType::kAsIs;
};

struct EscalationRequest {
  std::string task;
  std::vector<EscalatedReading> readings;
  // The sender shares the worker's clock and wants CloudPrediction::arrived_at.
  bool same_clock = false;
  // The sender understands replies to several of its requests in one message.
  bool packed_replies = false;
  // The readings carry features in place of windows: whose, by the digest of the little net's file.
  // Empty: windows.
  std::string features_of;
  // For encoding: the readings as zstd, if that saves a tenth of their bytes. Decoding gives false.
  bool compress = false;
};

enum class RejectionReason : std::uint8_t {
  kOverloaded,
  kExpired,
  kInvalid,
  kUnknownTask,
  kInternal
};

// "overloaded", "expired", ...
std::string_view Name(RejectionReason reason);

struct Rejection {
  RejectionReason reason = RejectionReason::kInternal;
  std::string detail;
  Milliseconds retry_after{0};  // only with kOverloaded
};

struct CloudPrediction {
  Prediction prediction;
  std::string model_digest;
  std::chrono::microseconds queue_time{0};  // from arrival to the start of the batch
  std::chrono::microseconds compute_time{0};
  std::uint32_t batch_size = 0;
  // Of queue_time: until the worker had checked and queued it. nullopt: it does not say.
  std::optional<std::chrono::microseconds> take_time;
  // On the worker's steady clock, whole microseconds; only where the request asked for it.
  std::optional<SteadyTime> arrived_at;
};

struct ReadingReply {
  std::uint64_t sequence = 0;
  std::variant<CloudPrediction, Rejection> answer;
  // The correlation data of its request; empty: the message's.
  std::string request_id;
};

// Whose it is says its topic.
struct EscalationReply {
  std::vector<ReadingReply> replies;
  std::optional<Rejection> rejection;  // of the request as a whole
  // What the worker's previous reply took from the end of its batch to its hand-over to MQTT.
  std::optional<std::chrono::microseconds> previous_send_time;
  // Encoding only: the device asked for packed_replies, so the digest that the predictions share is
  // said once.
  bool packed = false;
};

inline constexpr std::size_t kMaxCompressedReadings = std::size_t{4} << 20;

// Bounds of a message, checked while decoding.
struct CodecLimits {
  std::size_t max_readings = 256;
  std::size_t max_rank = 8;
  std::size_t max_classes = 100000;
  std::size_t max_text_bytes = 1024;  // names, details, digests: each
  // Of readings that came compressed. What is more than that is sent as it is.
  std::size_t max_decompressed_bytes = kMaxCompressedReadings;
};

std::string Encode(const EscalationRequest& request);
std::string Encode(const EscalationReply& reply);

// InvalidArgument, with what is wrong, if the payload is no protobuf, or breaks a limit: no
// readings or too many, a reading without what the request says it carries, readings twice over or
// compressed beyond the limit, a sequence twice, an empty task, an unknown dtype, a shape that does
// not fit the data, a value that is not finite. `looked_at`: set to the bytes that decoding went
// through, also where it refuses.
absl::StatusOr<EscalationRequest> DecodeEscalationRequest(std::string_view payload,
                                                          const CodecLimits& limits = {},
                                                          std::size_t* looked_at = nullptr);
absl::StatusOr<EscalationReply> DecodeEscalationReply(std::string_view payload,
                                                      const CodecLimits& limits = {});

}  // namespace biglittle::wire
