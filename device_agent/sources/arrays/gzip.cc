#include "device_agent/sources/arrays/gzip.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <limits>

#include "absl/status/status.h"

namespace biglittle {
namespace {

// zlib's code for "gzip wrapping, largest window" (zlib.h, inflateInit2).
constexpr int kGzipWindowBits = 16 + MAX_WBITS;
constexpr std::size_t kFirstOutputBytes = 1U << 16U;
constexpr int kMemoryLevel = 8;  // zlib's default

// zlib counts in unsigned int and takes input as non-const, but does not write to it.
void SetInput(z_stream& stream, std::span<const std::byte> bytes) {
  stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes.data()));
  stream.avail_in =
      static_cast<uInt>(std::min<std::size_t>(bytes.size(), std::numeric_limits<uInt>::max()));
}

void SetOutput(z_stream& stream, std::span<std::byte> bytes) {
  stream.next_out = reinterpret_cast<Bytef*>(bytes.data());
  stream.avail_out =
      static_cast<uInt>(std::min<std::size_t>(bytes.size(), std::numeric_limits<uInt>::max()));
}

// inflateInit2 and its end, whatever happens between.
class Inflater {
 public:
  Inflater() : ready_(inflateInit2(&stream_, kGzipWindowBits) == Z_OK) {}
  ~Inflater() {
    if (ready_) inflateEnd(&stream_);
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  bool ready() const { return ready_; }
  z_stream& stream() { return stream_; }

 private:
  z_stream stream_{};
  bool ready_;
};

// Unpacks one member from the front of `packed`, appends it to `unpacked` and moves `packed` on.
absl::Status GunzipMember(std::span<const std::byte>& packed, std::size_t limit,
                          std::vector<std::byte>& unpacked) {
  Inflater inflater;
  if (!inflater.ready()) return absl::ResourceExhaustedError("no memory to unpack gzip data");
  z_stream& stream = inflater.stream();
  std::size_t used = unpacked.size();
  while (true) {
    if (used == unpacked.size()) {
      // One byte beyond the limit shows that it is passed.
      const std::size_t grown = std::max(kFirstOutputBytes, 2 * unpacked.size());
      unpacked.resize(std::min(grown, limit + 1));
    }
    SetInput(stream, packed);
    const std::span<std::byte> space = std::span(unpacked).subspan(used);
    SetOutput(stream, space);
    const uInt given_in = stream.avail_in;
    const uInt given_out = stream.avail_out;
    const int result = inflate(&stream, Z_NO_FLUSH);
    packed = packed.subspan(given_in - stream.avail_in);
    used += given_out - stream.avail_out;
    if (used > limit) {
      return absl::ResourceExhaustedError(
          fmt::format("more than {} bytes when unpacked, which is the limit", limit));
    }
    if (result == Z_STREAM_END) break;
    if (result == Z_OK && (!packed.empty() || stream.avail_out == 0)) continue;
    if (result == Z_OK || (result == Z_BUF_ERROR && packed.empty())) {
      return absl::DataLossError("the gzip data is cut short");
    }
    return absl::DataLossError(fmt::format("the gzip data is damaged: {}",
                                           stream.msg != nullptr ? stream.msg : "no details"));
  }
  unpacked.resize(used);
  return absl::OkStatus();
}

}  // namespace

bool IsGzip(std::span<const std::byte> bytes) {
  return bytes.size() >= 2 && bytes[0] == std::byte{0x1f} && bytes[1] == std::byte{0x8b};
}

absl::StatusOr<std::vector<std::byte>> Gunzip(std::span<const std::byte> packed,
                                              std::size_t limit) {
  std::vector<std::byte> unpacked;
  while (IsGzip(packed)) {
    if (absl::Status status = GunzipMember(packed, limit, unpacked); !status.ok()) return status;
  }
  // Zeros fill a tape's or a card's last block; the gzip program passes over them too.
  const bool padded = std::ranges::all_of(packed, [](std::byte b) { return b == std::byte{0}; });
  if (!padded) {
    return absl::DataLossError(
        fmt::format("{} bytes that are not gzip data follow the gzip data", packed.size()));
  }
  return unpacked;
}

absl::StatusOr<std::vector<std::byte>> Gzip(std::span<const std::byte> bytes) {
  if (bytes.size() > std::numeric_limits<uInt>::max() / 2) {
    return absl::InvalidArgumentError("too many bytes to pack with gzip at once");
  }
  z_stream stream{};
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzipWindowBits, kMemoryLevel,
                   Z_DEFAULT_STRATEGY) != Z_OK) {
    return absl::ResourceExhaustedError("no memory to pack gzip data");
  }
  std::vector<std::byte> packed(deflateBound(&stream, bytes.size()));
  SetInput(stream, bytes);
  SetOutput(stream, packed);
  const int result = deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  if (result != Z_STREAM_END) return absl::InternalError("packing with gzip did not finish");
  return packed;
}

}  // namespace biglittle
