// Any bytes as an IDX file: an array whose sizes agree, or an error.
#include <cstddef>
#include <cstdint>
#include <span>

#include "device_agent/sources/replay/idx_file.h"
#include "tests/fuzz/cost.h"
#include "tests/fuzz/require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const biglittle::Cost cost(size);
  using namespace biglittle;
  const auto array = ParseIdx(std::as_bytes(std::span(data, size)));
  if (!array.ok()) {
    Require(!array.status().message().empty(), "an error has a message");
    return 0;
  }
  Require(DataBytes(array->type, array->shape) == array->data.size(), "sizes agree");
  Require(array->data.size() < size, "the header took its part");
  return 0;
}
