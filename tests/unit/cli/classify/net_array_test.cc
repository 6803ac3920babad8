#include "cli/classify/net_array.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "tests/support/temporary_folder.h"

namespace biglittle {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// As NumPy would save it, version 1.0, with this header and these bytes behind it.
std::string Saved(std::string_view header, std::string_view data) {
  std::string file("\x93NUMPY\x01\x00", 8);
  file += {static_cast<char>(header.size()), '\0'};
  return file.append(header).append(data);
}

class NetArrayTest : public testing::Test {
 protected:
  absl::StatusOr<NetArray> Load(std::string_view header, std::string_view data) {
    return LoadNetArray(folder_.Write("x.npy", Saved(header, data)));
  }
  std::string Refusal(std::string_view header, std::string_view data) {
    const auto array = Load(header, data);
    EXPECT_FALSE(array.ok());
    EXPECT_THAT(std::string(array.status().message()), HasSubstr("x.npy: "));
    return std::string(array.status().message());
  }

 private:
  const TemporaryFolder folder_;
};

TEST_F(NetArrayTest, TakesTypesThatOnlyNetsTake) {
  const auto halves = Load("{'descr': '<f2', 'fortran_order': False, 'shape': (2,), }",
                           std::string_view("\x00\x3c\x00\xc0", 4));
  ASSERT_TRUE(halves.ok()) << halves.status();
  EXPECT_THAT(halves->values, ElementsAre(1.0F, -2.0F));
  const auto flags = Load("{'descr': '|b1', 'fortran_order': False, 'shape': (1, 3), }",
                          std::string_view("\x01\x00\x01", 3));
  ASSERT_TRUE(flags.ok()) << flags.status();
  EXPECT_THAT(flags->values, ElementsAre(1.0F, 0.0F, 1.0F));
  EXPECT_THAT(flags->shape, ElementsAre(1, 3));
}

TEST_F(NetArrayTest, TakesASingleNumber) {
  const auto number = Load("{'descr': '<i8', 'fortran_order': False, 'shape': (), }",
                           std::string_view("\x07\0\0\0\0\0\0\0", 8));
  ASSERT_TRUE(number.ok()) << number.status();
  EXPECT_TRUE(number->shape.empty());
  EXPECT_THAT(number->values, ElementsAre(7.0F));
}

TEST_F(NetArrayTest, PutsBytesAndElementsInOrder) {
  const auto array = Load("{'descr': '>u2', 'fortran_order': True, 'shape': (2, 2), }",
                          std::string_view("\0\1\0\2\0\3\1\0", 8));
  ASSERT_TRUE(array.ok()) << array.status();
  EXPECT_THAT(array->values, ElementsAre(1.0F, 3.0F, 2.0F, 256.0F));
}

TEST_F(NetArrayTest, SaysWhatItCannotRead) {
  EXPECT_THAT(Refusal("{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }", "12345678"),
              HasSubstr("elements of type '<c8' are not read; save integers, bool, float16"));
  EXPECT_THAT(Refusal("{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }", "12345678"),
              HasSubstr("needs 16 bytes, the file has 8: it is cut short"));
  EXPECT_THAT(Refusal("{'descr': '<f8', 'fortran_order': False, 'shape': (0, 2), }", ""),
              HasSubstr("is empty or larger than"));
  EXPECT_THAT(Refusal("{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999,), }", ""),
              HasSubstr("is empty or larger than"));
  EXPECT_THAT(Refusal("{'fortran_order': False, 'shape': (1,), }", "12345678"),
              HasSubstr("one of 'descr', 'fortran_order' and 'shape' is missing"));
}

}  // namespace
}  // namespace biglittle
