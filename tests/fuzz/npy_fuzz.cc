// Any bytes as a data file, packed or not: an array whose sizes agree, or an error.
#include <cstddef>
#include <cstdint>
#include <span>

#include "device_agent/sources/arrays/npy_file.h"
#include "device_agent/sources/replay/data_file.h"
#include "tests/fuzz/cost.h"
#include "tests/fuzz/require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const biglittle::Cost cost(size);
  using namespace biglittle;
  constexpr std::size_t kLimit = 1U << 20U;
  const auto bytes = std::as_bytes(std::span(data, size));
  for (const auto& array : {ParseNpy(bytes), ParseData(bytes, kLimit)}) {
    if (!array.ok()) {
      Require(!array.status().message().empty(), "an error has a message");
      continue;
    }
    Require(DataBytes(array->type, array->shape) == array->data.size(), "sizes agree");
    const auto labels = AsLabels(*array, array->shape.front(), 10);
    if (!labels.ok()) continue;
    for (const int label : *labels) Require(label >= 0 && label < 10, "labels are classes");
  }
  return 0;
}
