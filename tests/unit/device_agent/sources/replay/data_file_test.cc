#include "device_agent/sources/replay/data_file.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "device_agent/sources/arrays/gzip.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/device_agent/data_bytes.h"

namespace biglittle {
namespace {

std::string Packed(std::string_view text) {
  const auto packed = Gzip(AsBytes(text));
  return {reinterpret_cast<const char*>(packed->data()), packed->size()};
}

TEST(LoadDataFile, TellsTheKindByWhatIsInIt) {
  const TemporaryFolder folder;
  const std::string npy = NpyText(NpyHeaderText("|u1", "(3,)"), "abc");
  const std::string idx = IdxText({3}, "abc");
  // Names that lie on purpose.
  for (const auto& path : {folder.Write("a.gz", npy), folder.Write("b.npy", Packed(npy)),
                           folder.Write("c.npy", idx), folder.Write("d", Packed(idx))}) {
    const auto array = LoadDataFile(path);
    ASSERT_TRUE(array.ok()) << array.status();
    EXPECT_EQ(array->shape, (Shape{3})) << path;
  }
}

TEST(LoadDataFile, BeginsEveryErrorWithThePath) {
  const TemporaryFolder folder;
  const auto problem = [](const std::filesystem::path& path) {
    const auto array = LoadDataFile(path);
    EXPECT_FALSE(array.ok());
    return std::string(array.status().message());
  };
  const std::string base = folder.path().string();
  EXPECT_EQ(problem(folder.path() / "none"), base + "/none: no such file");
  EXPECT_EQ(problem(folder.path()), base + ": not a regular file");
  EXPECT_EQ(problem(folder.Write("empty", "")), base + "/empty: the file is empty");
  EXPECT_EQ(problem(folder.Write("text", "hello")),
            base +
                "/text: neither a NumPy array (.npy), IDX nor records of CIFAR-10, nor one of them "
                "packed "
                "with gzip");
  EXPECT_EQ(problem(folder.Write("X.npz", "PK\x03\x04...")),
            base +
                "/X.npz: an archive of arrays (.npz), or another zip archive; save the one array "
                "with numpy.save");
  EXPECT_EQ(problem(folder.Write("cut", Packed("hello").substr(0, 9))),
            base + "/cut: the gzip data is cut short");
}

TEST(ParseData, HoldsTheLimitOfWhatIsUnpacked) {
  const std::string packed = Packed(std::string(10'000, '\0'));
  const auto array = ParseData(AsBytes(packed), 9999);
  EXPECT_EQ(std::string(array.status().message()),
            "more than 9999 bytes when unpacked, which is the limit");
}

DataArray LabelArray(ElementType type, Shape shape, const std::string& data) {
  const auto bytes = AsBytes(data);
  return {type, std::move(shape), {bytes.begin(), bytes.end()}};
}

TEST(AsLabels, ReadsEveryIntegerType) {
  using std::string_literals::operator""s;
  const struct {
    ElementType type;
    std::string data;
  } kinds[] = {
      {ElementType::kUint8, "\2\1"s},
      {ElementType::kInt8, "\2\1"s},
      {ElementType::kUint16, "\2\0\1\0"s},
      {ElementType::kInt16, "\2\0\1\0"s},
      {ElementType::kUint32, "\2\0\0\0\1\0\0\0"s},
      {ElementType::kInt32, "\2\0\0\0\1\0\0\0"s},
      {ElementType::kInt64, "\2\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0"s},
  };
  for (const auto& kind : kinds) {
    const auto labels = AsLabels(LabelArray(kind.type, {2}, kind.data), 2, 3);
    ASSERT_TRUE(labels.ok()) << Name(kind.type) << labels.status();
    EXPECT_EQ(*labels, (std::vector<int>{2, 1})) << Name(kind.type);
  }
  EXPECT_TRUE(AsLabels(LabelArray(ElementType::kUint8, {2, 1}, "\2\1"), 2, 3).ok());
}

TEST(AsIntegers, ReadsAColumnOfAnyLengthAndSign) {
  const auto integers = AsIntegers(LabelArray(ElementType::kInt8, {3, 1}, "\xff\2\7"));
  ASSERT_TRUE(integers.ok()) << integers.status();
  EXPECT_EQ(*integers, (std::vector<std::int64_t>{-1, 2, 7}));
  EXPECT_EQ(std::string(
                AsIntegers(LabelArray(ElementType::kFloat32, {1}, "\1\1\1\1")).status().message()),
            "must be integers, not float32; save with astype");
  EXPECT_EQ(std::string(
                AsIntegers(LabelArray(ElementType::kUint8, {2, 2}, "\1\1\1\1")).status().message()),
            "one integer a window is needed, not the shape 2x2");
}

TEST(AsLabels, RefusesWhatIsNotOneClassAWindow) {
  const auto problem = [](const DataArray& array, std::int64_t count) {
    return std::string(AsLabels(array, count, 3).status().message());
  };
  EXPECT_EQ(problem(LabelArray(ElementType::kUint8, {2}, "\2\3"), 2),
            "label 3 of window 1 is not a class of the task, which has 0 to 2");
  EXPECT_EQ(problem(LabelArray(ElementType::kInt8, {1}, "\xff"), 1),
            "label -1 of window 0 is not a class of the task, which has 0 to 2");
  // 2^32 + 1 must not be cut to 1.
  EXPECT_EQ(problem(LabelArray(ElementType::kInt64, {1}, std::string("\1\0\0\0\1\0\0\0", 8)), 1),
            "label 4294967297 of window 0 is not a class of the task, which has 0 to 2");
  EXPECT_EQ(problem(LabelArray(ElementType::kUint8, {2}, "\1\1"), 3),
            "labels of shape 2 do not fit 3 windows; one integer a window is needed");
  EXPECT_EQ(problem(LabelArray(ElementType::kUint8, {2, 2}, "\1\1\1\1"), 2),
            "labels of shape 2x2 do not fit 2 windows; one integer a window is needed");
  EXPECT_EQ(problem(LabelArray(ElementType::kFloat32, {1}, "\1\1\1\1"), 1),
            "labels must be integers, not float32; save with astype");
}

TEST(DataFiles, LoadsAFileOnce) {
  const TemporaryFolder folder;
  const auto path = folder.Write("a", IdxText({1}, "x"));
  DataFiles files;
  const auto first = files.Load(path);
  ASSERT_TRUE(first.ok());
  std::filesystem::remove(path);
  const auto second = files.Load(path);
  ASSERT_TRUE(second.ok());
  EXPECT_EQ(first->get(), second->get());
  EXPECT_FALSE(DataFiles().Load(path).ok());
}

// The public data sets, where somebody has them: see docs/configuration.md.
std::filesystem::path DataSets() {
  const char* named = std::getenv("BIGLITTLE_DATA");
  if (named != nullptr) return named;
  return std::filesystem::path(BIGLITTLE_SOURCE_DIR) / "../shared/data";
}

TEST(DataSet, FashionMnist) {
  const auto folder = DataSets() / "fashion-mnist";
  if (!std::filesystem::exists(folder)) {
    GTEST_SKIP() << "no data at " << folder << "; name its folder in BIGLITTLE_DATA";
  }
  const auto images = LoadDataFile(folder / "t10k-images-idx3-ubyte.gz");
  ASSERT_TRUE(images.ok()) << images.status();
  EXPECT_EQ(images->shape, (Shape{10'000, 28, 28}));
  const auto labels = LoadDataFile(folder / "t10k-labels-idx1-ubyte.gz");
  ASSERT_TRUE(labels.ok()) << labels.status();
  const auto classes = AsLabels(*labels, 10'000, 10);
  ASSERT_TRUE(classes.ok()) << classes.status();
  for (int i = 0; i < 10; ++i) EXPECT_EQ(std::count(classes->begin(), classes->end(), i), 1000);
}

TEST(DataSet, UciHar) {
  const auto folder = DataSets() / "uci-har";
  if (!std::filesystem::exists(folder)) {
    GTEST_SKIP() << "no data at " << folder << "; name its folder in BIGLITTLE_DATA";
  }
  const auto windows = LoadDataFile(folder / "X_test.npy.gz");
  ASSERT_TRUE(windows.ok()) << windows.status();
  EXPECT_EQ(windows->type, ElementType::kFloat32);
  EXPECT_EQ(windows->shape, (Shape{2776, 9, 128}));
  const auto labels = LoadDataFile(folder / "y_test.npy.gz");
  ASSERT_TRUE(labels.ok()) << labels.status();
  const auto classes = AsLabels(*labels, 2776, 6);
  ASSERT_TRUE(classes.ok()) << classes.status();
  EXPECT_EQ(std::count(classes->begin(), classes->end(), 0), 472);
  EXPECT_EQ(std::count(classes->begin(), classes->end(), 5), 516);
}

}  // namespace
}  // namespace biglittle
