// Bytes of data files, put together by hand so that the tests do not lean on the code they test.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace biglittle {

inline std::span<const std::byte> AsBytes(std::string_view text) {
  return std::as_bytes(std::span(text));
}

// A .npy file with this header text, unpadded.
inline std::string NpyText(const std::string& header, const std::string& data, int major = 1) {
  std::string text = "\x93NUMPY";
  text += {static_cast<char>(major), '\0'};
  for (int i = 0; i < (major == 1 ? 2 : 4); ++i) {
    text.push_back(static_cast<char>((header.size() >> (8 * i)) & 0xffU));
  }
  return text + header + data;
}

inline std::string NpyHeaderText(const std::string& description, const std::string& shape) {
  return "{'descr': '" + description + "', 'fortran_order': False, 'shape': " + shape + ", }\n";
}

// An IDX file of unsigned bytes.
inline std::string IdxText(const std::vector<std::uint32_t>& shape, const std::string& data) {
  std::string text = {'\0', '\0', '\x08', static_cast<char>(shape.size())};
  for (const std::uint32_t dimension : shape) {
    for (int shift = 24; shift >= 0; shift -= 8) {
      text.push_back(static_cast<char>((dimension >> shift) & 0xffU));
    }
  }
  return text + data;
}

}  // namespace biglittle
