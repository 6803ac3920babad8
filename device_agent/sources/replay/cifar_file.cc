#include "device_agent/sources/replay/cifar_file.h"

#include <cstdint>

namespace biglittle {
namespace {

constexpr std::size_t kImageBytes = 3 * 32 * 32;
constexpr std::size_t kRecordBytes = 1 + kImageBytes;
constexpr auto kMostLabel = std::byte{9};

}  // namespace

bool IsCifar(std::span<const std::byte> bytes) {
  if (bytes.empty() || bytes.size() % kRecordBytes != 0) return false;
  for (std::size_t at = 0; at < bytes.size(); at += kRecordBytes) {
    if (bytes[at] > kMostLabel) return false;
  }
  return true;
}

DataArray ParseCifarWindows(std::span<const std::byte> bytes) {
  DataArray windows{
      ElementType::kUint8, {static_cast<std::int64_t>(bytes.size() / kRecordBytes), 3, 32, 32}, {}};
  for (std::size_t at = 0; at < bytes.size(); at += kRecordBytes) {
    const std::span<const std::byte> image = bytes.subspan(at + 1, kImageBytes);
    windows.data.insert(windows.data.end(), image.begin(), image.end());
  }
  return windows;
}

DataArray ParseCifarLabels(std::span<const std::byte> bytes) {
  DataArray labels{
      ElementType::kUint8, {static_cast<std::int64_t>(bytes.size() / kRecordBytes)}, {}};
  for (std::size_t at = 0; at < bytes.size(); at += kRecordBytes) labels.data.push_back(bytes[at]);
  return labels;
}

}  // namespace biglittle
