// The text header of a .npy file: {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "core/tensor.h"
#include "device_agent/sources/arrays/data_array.h"

namespace biglittle {

struct NpyHeader {
  ElementType type = ElementType::kUint8;
  bool big_endian = false;
  bool fortran_order = false;
  Shape shape;
};

// Grammar, blanks allowed between all tokens:
//   header  = "{" [ entry *( "," entry ) [ "," ] ] "}" blanks
//   entry   = string ":" ( string / "True" / "False" / tuple )
//   tuple   = "(" [ digits *( "," digits ) [ "," ] ] ")"
//   string  = "'" no-quote "'" / DQUOTE no-quote DQUOTE
// Each of the three keys exactly once. Errors say what is not supported and how to mend it.
absl::StatusOr<NpyHeader> ParseNpyHeader(std::string_view text);

// The literal, without padding.
std::string FormatNpyHeader(ElementType type, const Shape& shape);

}  // namespace biglittle
