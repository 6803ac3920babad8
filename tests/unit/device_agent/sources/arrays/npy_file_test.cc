#include "device_agent/sources/arrays/npy_file.h"

#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <string>
#include <vector>

#include "device_agent/sources/replay/data_file.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/device_agent/data_bytes.h"

namespace biglittle {
namespace {

std::string Problem(const std::string& file) {
  const auto array = ParseNpy(AsBytes(file));
  return array.ok() ? "ok" : std::string(array.status().message());
}

TEST(NpyFile, ReadsEachElementType) {
  const struct {
    const char* description;
    ElementType type;
    std::size_t size;
  } kinds[] = {
      {"|u1", ElementType::kUint8, 1},  {"|i1", ElementType::kInt8, 1},
      {"<u2", ElementType::kUint16, 2}, {"<i2", ElementType::kInt16, 2},
      {"<u4", ElementType::kUint32, 4}, {"<i4", ElementType::kInt32, 4},
      {"<i8", ElementType::kInt64, 8},  {"<f4", ElementType::kFloat32, 4},
  };
  for (const auto& kind : kinds) {
    const std::string data(6 * kind.size, '\x5a');
    const auto array = ParseNpy(AsBytes(NpyText(NpyHeaderText(kind.description, "(2, 3)"), data)));
    ASSERT_TRUE(array.ok()) << kind.description << array.status();
    EXPECT_EQ(array->type, kind.type);
    EXPECT_EQ(array->shape, (Shape{2, 3}));
    ASSERT_EQ(array->data.size(), data.size());
    EXPECT_EQ(std::memcmp(array->data.data(), data.data(), data.size()), 0);
  }
}

TEST(NpyFile, ReadsEveryVersionAndOtherOrdersOfKeys) {
  EXPECT_EQ(Problem(NpyText(NpyHeaderText("|u1", "(2,)"), "ab", 2)), "ok");
  EXPECT_EQ(Problem(NpyText(NpyHeaderText("|u1", "(2,)"), "ab", 3)), "ok");
  EXPECT_EQ(Problem(NpyText("{\"shape\":(2 , ),'descr':'|u1' , 'fortran_order':False}   \n", "ab")),
            "ok");
}

std::string Read(const std::string& file) {
  const auto array = ParseNpy(AsBytes(file));
  if (!array.ok()) return std::string(array.status().message());
  return {reinterpret_cast<const char*>(array->data.data()), array->data.size()};
}

std::string InFortranOrder(const std::string& description, const std::string& shape) {
  return "{'descr': '" + description + "', 'fortran_order': True, 'shape': " + shape + ", }";
}

// numpy.save writes the transpose of an array so.
TEST(NpyFile, ReadsFortranOrder) {
  EXPECT_EQ(Read(NpyText(InFortranOrder("|u1", "(2, 3)"), "adbecf")), "abcdef");
  EXPECT_EQ(Read(NpyText(InFortranOrder("<i2", "(2, 2)"), "aAcCbBdD")), "aAbBcCdD");
  EXPECT_EQ(Read(NpyText(InFortranOrder("|u1", "(2, 2, 2)"), "aecgbfdh")), "abcdefgh");
  EXPECT_EQ(Read(NpyText(InFortranOrder("|u1", "(3,)"), "abc")), "abc");
  EXPECT_EQ(Read(NpyText(InFortranOrder("|u1", "(2, 3)"), "adbec")),
            "uint8 of shape 2x3 needs 6 bytes, the file has 5: it is cut short");
}

TEST(NpyFile, ReadsBigEndianElements) {
  EXPECT_EQ(Read(NpyText(NpyHeaderText(">i2", "(2,)"), "AaBb")), "aAbB");
  EXPECT_EQ(Read(NpyText(NpyHeaderText(">f4", "(1,)"), "dcba")), "abcd");
  EXPECT_EQ(Read(NpyText(InFortranOrder(">u2", "(2, 2)"), "AaCcBbDd")), "aAbBcCdD");
  EXPECT_EQ(Read(NpyText(NpyHeaderText(">f8", "(1,)"), "abcdefgh")).substr(0, 25),
            "elements of type '>f8' ar");
}

TEST(NpyFile, SaysWhichVersionItDoesNotRead) {
  EXPECT_EQ(Problem(NpyText(NpyHeaderText("|u1", "(2,)"), "ab", 4)),
            "version 4.0 of .npy is not read, 1.0, 2.0 and 3.0 are");
}

TEST(NpyFile, TellsEveryCutShortFile) {
  const std::string file = NpyText(NpyHeaderText("<i2", "(2,)"), "abcd");
  for (std::size_t size = 0; size < file.size(); ++size) {
    EXPECT_NE(Problem(file.substr(0, size)), "ok") << size;
  }
  EXPECT_EQ(Problem(file.substr(0, 3)), "not a .npy file");
  EXPECT_EQ(Problem(file.substr(0, 7)), "the .npy data is cut short in its version");
  EXPECT_EQ(Problem(file.substr(0, 9)), "the .npy data is cut short in its header");
  EXPECT_EQ(Problem(file.substr(0, 30)), "the .npy data is cut short in its header");
  EXPECT_EQ(Problem(file.substr(0, file.size() - 1)),
            "int16 of shape 2 needs 4 bytes, the file has 3: it is cut short");
}

TEST(NpyFile, TellsTrailingBytes) {
  EXPECT_EQ(Problem(NpyText(NpyHeaderText("|u1", "(2,)"), "abc")),
            "uint8 of shape 2 needs 2 bytes, the file has 3: something follows the data");
}

TEST(NpyFile, SaysHowToMendWhatItDoesNotRead) {
  EXPECT_EQ(Problem(NpyText(NpyHeaderText("<f8", "(1,)"), "abcdefgh")),
            "elements of type '<f8' are not read; save windows as uint8, int16 or float32 with "
            "astype, labels as integers of at most 8 bytes (not uint64)");
  EXPECT_EQ(Problem(NpyText("{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (1,), }",
                            "abcd")),
            "records are not read; save one plain array a file");
  EXPECT_EQ(Problem(NpyText(NpyHeaderText("|u1", "()"), "a")),
            "a single number is not read; the first dimension must count the windows or labels");
  EXPECT_EQ(Problem(NpyText(NpyHeaderText("|u1", "(1,1,1,1,1,1,1,1,1)"), "a")),
            "arrays of more than 8 dimensions are not read");
}

TEST(NpyFile, RefusesSizesBeforeItTakesMemory) {
  EXPECT_EQ(Problem(NpyText(NpyHeaderText("<f4", "(1000000, 1000000)"), "")),
            "shape 1000000x1000000 is empty or larger than 1073741824 bytes, which is the limit");
  // 2^62 elements of 4 bytes are 2^64 bytes, which is 0 where nobody looks.
  EXPECT_NE(Problem(NpyText(NpyHeaderText("<f4", "(4611686018427387904,)"), "")), "ok");
  EXPECT_NE(Problem(NpyText(NpyHeaderText("<f4", "(4294967296, 4294967296)"), "")), "ok");
  // 2^32, likewise where a size has 32 bits.
  EXPECT_EQ(Problem(NpyText(NpyHeaderText("<f4", "(1073741824,)"), "")),
            "shape 1073741824 is empty or larger than 1073741824 bytes, which is the limit");
  EXPECT_EQ(Problem(NpyText(NpyHeaderText("|u1", "(65536, 65536)"), "")),
            "shape 65536x65536 is empty or larger than 1073741824 bytes, which is the limit");
  EXPECT_EQ(Problem(NpyText(NpyHeaderText("<f4", "(0, 5)"), "")),
            "shape 0x5 is empty or larger than 1073741824 bytes, which is the limit");
  EXPECT_EQ(Problem(NpyText(std::string(70'000, ' '), "", 2)),
            "the .npy header claims 70000 bytes, 65536 are the limit");
}

TEST(NpyFile, TellsADamagedHeader) {
  const std::string damaged = "the .npy header is damaged: ";
  const auto problem = [](const std::string& header) { return Problem(NpyText(header, "ab")); };
  EXPECT_EQ(problem(""), damaged + "it does not begin with '{'");
  EXPECT_EQ(problem("{}"), damaged + "one of 'descr', 'fortran_order' and 'shape' is missing");
  EXPECT_EQ(problem("{'descr': '|u1', 'descr': '|u1'}"),
            damaged + "key 'descr' is unknown or repeated");
  EXPECT_EQ(problem("{'order': 5}"), damaged + "key 'order' is unknown or repeated");
  EXPECT_EQ(problem("{'fortran_order': Perhaps}"),
            damaged + "'fortran_order' is neither True nor False");
  EXPECT_EQ(problem("{'shape': 5}"), damaged + "'shape' is not a tuple");
  EXPECT_EQ(problem("{'shape': (-2,)}"), damaged + "'shape' has an element that is not a number");
  EXPECT_EQ(problem("{'shape': (99999999999999999999,)}"),
            damaged + "'shape' has an element that is not a number");
  EXPECT_EQ(problem("{'shape': (2"), damaged + "'shape' has no end");
  EXPECT_EQ(problem("{'shape': (2,)"), damaged + "it does not end with '}'");
  EXPECT_EQ(problem(NpyHeaderText("|u1", "(2,)") + "x"), damaged + "text follows the '}'");
}

class NpyWriter : public ::testing::TestWithParam<const char*> {};

TEST_P(NpyWriter, WritesWhatIsReadBack) {
  const TemporaryFolder folder;
  const auto path = folder.path() / GetParam();
  DataArray array{ElementType::kInt16, {3, 2}, std::vector<std::byte>(12, std::byte{7})};
  ASSERT_TRUE(WriteNpy(path, array).ok());
  const auto read = LoadDataFile(path);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_TRUE(*read == array);
  // Nothing else is left behind.
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

INSTANTIATE_TEST_SUITE_P(Names, NpyWriter, ::testing::Values("a.npy", "a.npy.gz"));

TEST(NpyWriter, AlignsTheDataAsNumPyDoes) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "a.npy";
  const std::vector<std::byte> data(5);
  ASSERT_TRUE(WriteNpy(path, ElementType::kUint8, {5}, data).ok());
  EXPECT_EQ(std::filesystem::file_size(path), 128U + 5U);
  std::ifstream stream(path, std::ios::binary);
  std::string start(128, ' ');
  stream.read(start.data(), 128);
  EXPECT_EQ(start.substr(10, 60), "{'descr': '|u1', 'fortran_order': False, 'shape': (5,), }   ");
  EXPECT_EQ(start.back(), '\n');
}

TEST(NpyWriter, RefusesDataThatDoesNotFit) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "a.npy";
  EXPECT_EQ(
      std::string(WriteNpy(path, ElementType::kUint8, {5}, std::vector<std::byte>(4)).message()),
      path.string() + ": uint8 of shape 5 is not 4 bytes");
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(NpyWriter, SaysThatItCannotWrite) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "none" / "a.npy";
  EXPECT_EQ(
      std::string(WriteNpy(path, ElementType::kUint8, {1}, std::vector<std::byte>(1)).message()),
      path.string() + ": cannot be written; check the folder, its permissions and the free space");
}

}  // namespace
}  // namespace biglittle
