#include "cli/npy_preamble.h"

#include <fmt/format.h>

#include <cstddef>

namespace biglittle {

std::string NpyPreamble(const std::string& element, const std::string& shape) {
  std::string header =
      fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}", element, shape);
  constexpr std::size_t kBefore = 10;
  header.append(63 - (kBefore + header.size()) % 64, ' ');
  header.push_back('\n');
  std::string preamble("\x93NUMPY\x01\x00", 8);
  preamble.push_back(static_cast<char>(header.size() & 0xffU));
  preamble.push_back(static_cast<char>(header.size() >> 8U));
  return preamble + header;
}

}  // namespace biglittle
