// The text header of a .npy file: {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "core/tensor.h"
#include "device_agent/sources/arrays/data_array.h"

namespace biglittle {

// What a header says, whatever the elements are.
struct NpyLayout {
  std::string description;  // of the elements, in NumPy's words: "<f4"
  bool fortran_order = false;
  Shape shape;  // empty: a single number
};

// As DataArray can hold it.
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
absl::StatusOr<NpyLayout> ParseNpyLayout(std::string_view text);
// The same for windows and labels: an error too for elements that are no ElementType, and for a
// single number.
absl::StatusOr<NpyHeader> ParseNpyHeader(std::string_view text);

// The literal, without padding.
std::string FormatNpyHeader(ElementType type, const Shape& shape);

}  // namespace biglittle
