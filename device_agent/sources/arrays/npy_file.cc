#include "device_agent/sources/arrays/npy_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "device_agent/sources/arrays/gzip.h"
#include "device_agent/sources/arrays/npy_header.h"
#include "device_agent/sources/arrays/npy_order.h"

namespace biglittle {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::string_view kZipMagic = "PK\x03\x04";
constexpr std::string_view kEmptyZipMagic = "PK\x05\x06";
constexpr std::size_t kMaxHeaderBytes = 1U << 16U;
constexpr std::size_t kAlignment = 64;  // of the data, as NumPy writes it

std::string_view AsText(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Takes the header's length, little endian in `width` bytes, from the front of `rest`.
std::size_t TakeLength(std::span<const std::byte>& rest, std::size_t width) {
  std::size_t length = 0;
  for (std::size_t i = 0; i < width; ++i) {
    length |= std::to_integer<std::size_t>(rest[i]) << (8 * i);
  }
  rest = rest.subspan(width);
  return length;
}

absl::Status WriteFile(const std::filesystem::path& path, std::span<const std::byte> bytes) {
  std::filesystem::path partial = path;
  partial += ".partial";
  std::ofstream stream(partial, std::ios::binary | std::ios::trunc);
  stream.write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
  stream.close();
  std::error_code error;
  if (!stream.fail()) {
    std::filesystem::rename(partial, path, error);
    if (!error) return absl::OkStatus();
  }
  std::error_code ignored;
  std::filesystem::remove(partial, ignored);
  return absl::UnavailableError(
      fmt::format("{}: cannot be written; check the folder, its permissions and the free space",
                  path.string()));
}

}  // namespace

bool IsNpy(std::span<const std::byte> bytes) { return AsText(bytes).starts_with(kMagic); }

bool IsNpz(std::span<const std::byte> bytes) {
  return AsText(bytes).starts_with(kZipMagic) || AsText(bytes).starts_with(kEmptyZipMagic);
}

absl::StatusOr<std::optional<NpyBeginning>> FindNpyBeginning(std::span<const std::byte> bytes) {
  const std::string_view begin = AsText(bytes).substr(0, kMagic.size());
  if (begin != kMagic.substr(0, begin.size())) return absl::DataLossError("not a .npy file");
  if (bytes.size() < kMagic.size() + 2) return std::nullopt;
  std::span<const std::byte> rest = bytes.subspan(kMagic.size());
  const int major = std::to_integer<int>(rest[0]);
  const int minor = std::to_integer<int>(rest[1]);
  // 3.0 is 2.0 with a header in UTF-8, of which the element types that are read need nothing.
  if (major < 1 || major > 3 || minor != 0) {
    return absl::UnimplementedError(
        fmt::format("version {}.{} of .npy is not read, 1.0, 2.0 and 3.0 are", major, minor));
  }
  rest = rest.subspan(2);
  const std::size_t length_bytes = major == 1 ? 2 : 4;
  if (rest.size() < length_bytes) return std::nullopt;
  const std::size_t header_bytes = TakeLength(rest, length_bytes);
  if (header_bytes > kMaxHeaderBytes) {
    return absl::DataLossError(fmt::format("the .npy header claims {} bytes, {} are the limit",
                                           header_bytes, kMaxHeaderBytes));
  }
  if (rest.size() < header_bytes) return std::nullopt;
  return NpyBeginning{AsText(rest.first(header_bytes)), bytes.size() - rest.size() + header_bytes};
}

absl::StatusOr<std::optional<NpyFront>> ReadNpyFront(std::span<const std::byte> bytes) {
  const absl::StatusOr<std::optional<NpyBeginning>> text = FindNpyBeginning(bytes);
  if (!text.ok()) return text.status();
  if (!*text) return std::nullopt;
  absl::StatusOr<NpyHeader> header = ParseNpyHeader((*text)->header);
  if (!header.ok()) return header.status();
  const auto data_bytes = DataBytes(header->type, header->shape);
  if (!data_bytes) {
    return absl::InvalidArgumentError(
        fmt::format("shape {} is empty or larger than {} bytes, which is the limit",
                    ToString(header->shape), kMaxDataBytes));
  }
  return NpyFront{*std::move(header), (*text)->bytes, *data_bytes};
}

absl::Status CheckNpyData(std::string_view type, const Shape& shape, std::size_t need,
                          std::size_t found) {
  if (need == found) return absl::OkStatus();
  return absl::DataLossError(
      fmt::format("{} of shape {} needs {} bytes, the file has {}: {}", type, ToString(shape), need,
                  found, found < need ? "it is cut short" : "something follows the data"));
}

DataArray NpyArray(const NpyHeader& header, std::span<const std::byte> data) {
  const std::size_t size = ElementSize(header.type);
  std::vector<std::byte> ordered = header.fortran_order
                                       ? FromFortranOrder(data, header.shape, size)
                                       : std::vector<std::byte>(data.begin(), data.end());
  if (header.big_endian) SwapBytes(ordered, size);
  return {header.type, header.shape, std::move(ordered)};
}

std::string NpyFrontText(ElementType type, const Shape& shape, std::size_t least) {
  std::string header = FormatNpyHeader(type, shape);
  // Magic, version, length and header end, with a line feed, where the data is aligned.
  const std::size_t before = kMagic.size() + 2 + 2;
  const std::size_t needed = std::max(least, before + header.size() + 1);
  const std::size_t total = (needed + kAlignment - 1) / kAlignment * kAlignment;
  header.resize(total - before - 1, ' ');
  header.push_back('\n');
  std::string front(kMagic);
  front += {'\1', '\0', static_cast<char>(header.size() & 0xffU),
            static_cast<char>(header.size() >> 8U)};
  return front + header;
}

absl::StatusOr<DataArray> ParseNpy(std::span<const std::byte> bytes) {
  absl::StatusOr<std::optional<NpyFront>> front = ReadNpyFront(bytes);
  if (!front.ok()) return front.status();
  if (!*front && !IsNpy(bytes)) return absl::DataLossError("not a .npy file");
  if (!*front) {
    return absl::DataLossError(
        fmt::format("the .npy data is cut short in its {}",
                    bytes.size() < kMagic.size() + 2 ? "version" : "header"));
  }
  const NpyHeader& header = (*front)->header;
  const std::span<const std::byte> rest = bytes.subspan((*front)->bytes);
  const absl::Status complete =
      CheckNpyData(Name(header.type), header.shape, (*front)->data_bytes, rest.size());
  if (!complete.ok()) return complete;
  return NpyArray(header, rest);
}

absl::Status WriteNpy(const std::filesystem::path& path, ElementType type, const Shape& shape,
                      std::span<const std::byte> data) {
  const auto expected = DataBytes(type, shape);
  if (!expected || *expected != data.size()) {
    return absl::InvalidArgumentError(fmt::format("{}: {} of shape {} is not {} bytes",
                                                  path.string(), Name(type), ToString(shape),
                                                  data.size()));
  }
  const std::string front = NpyFrontText(type, shape);
  const auto front_bytes = std::as_bytes(std::span(front));
  std::vector<std::byte> bytes(front_bytes.begin(), front_bytes.end());
  bytes.insert(bytes.end(), data.begin(), data.end());
  if (path.extension() == ".gz") {
    absl::StatusOr<std::vector<std::byte>> packed = Gzip(bytes);
    if (!packed.ok()) return packed.status();
    bytes = *std::move(packed);
  }
  return WriteFile(path, bytes);
}

absl::Status WriteNpy(const std::filesystem::path& path, const DataArray& array) {
  return WriteNpy(path, array.type, array.shape, array.data);
}

}  // namespace biglittle
