// Weights in files beside the model: read from the same folder, and from nowhere else.
#include "nn/weight_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <string>

#include "nn/model.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

// SoundNet with its matrix in another file.
class WeightFolderTest : public ::testing::Test {
 protected:
  WeightFolderTest() : net_(SoundNet()), weights_(*net_.graph().mutable_initializer(0)) {
    const Floats values = Noise(12);
    data_.assign(16, '?');
    data_.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float));
    weights_.clear_float_data();
    weights_.set_data_location(onnx::TensorProto::EXTERNAL);
    Entry("location", "net.onnx.data");
    Entry("offset", "16");
    Entry("length", "48");
  }
  void Entry(const std::string& key, const std::string& value) {
    for (auto& entry : *weights_.mutable_external_data()) {
      if (entry.key() == key) return entry.set_value(value);
    }
    auto& entry = *weights_.add_external_data();
    entry.set_key(key);
    entry.set_value(value);
  }
  std::string Problem() {
    folder_.Write("net.onnx", net_.Bytes());
    const auto model = Model::Load(folder_.path() / "net.onnx");
    return std::string(model.status().message());
  }

  const TemporaryFolder folder_;
  OnnxBuilder net_;
  onnx::TensorProto& weights_;
  std::string data_;
};

TEST_F(WeightFolderTest, AreRead) {
  folder_.Write("net.onnx.data", data_);
  EXPECT_EQ(Problem(), "");
  const auto model = Model::Load(folder_.path() / "net.onnx");
  auto context = model->Prepare({});
  const Floats input = Noise(4, 3);
  std::ranges::copy(input, context->input(1).begin());
  context->Invoke(1);
  const auto output = context->output(1);
  EXPECT_EQ(Floats(output.begin(), output.end()), Answers(SoundNet(), input, 1));
  ASSERT_EQ(model->info().weight_files.size(), 1U);
  EXPECT_EQ(model->info().weight_files[0].name, "net.onnx.data");
  EXPECT_EQ(model->info().weight_files[0].bytes, data_.size());
}

TEST_F(WeightFolderTest, Missing) {
  EXPECT_THAT(Problem(), ::testing::HasSubstr("keeps its data in 'net.onnx.data': there is no such "
                                              "file in "));
}

TEST_F(WeightFolderTest, LeadOutOfTheFolder) {
  for (const char* name : {"../secret", "/etc/passwd", "sub/x", "..", "", "."}) {
    Entry("location", name);
    EXPECT_THAT(Problem(), ::testing::HasSubstr("it must be a file beside the model")) << name;
  }
}

TEST_F(WeightFolderTest, Links) {
  folder_.Write("elsewhere", data_);
  std::filesystem::create_symlink(folder_.path() / "elsewhere", folder_.path() / "net.onnx.data");
  EXPECT_THAT(Problem(), ::testing::HasSubstr("it is a symbolic link"));
}

TEST_F(WeightFolderTest, TooShort) {
  folder_.Write("net.onnx.data", data_);
  Entry("length", "49");
  EXPECT_THAT(Problem(), ::testing::HasSubstr("which is too short for it"));
  Entry("length", "44");
  EXPECT_THAT(Problem(), ::testing::HasSubstr("does not hold the 12 elements"));
  Entry("offset", "18446744073709551615");
  EXPECT_THAT(Problem(), ::testing::HasSubstr("which is too short for it"));
  Entry("offset", "many");
  EXPECT_THAT(Problem(), ::testing::HasSubstr("has the 'offset' 'many' in another file"));
}

TEST_F(WeightFolderTest, FromMemoryNeedsThem) {
  const std::string bytes = net_.Bytes();
  const auto parse = [&](WeightFiles* files) {
    return Model::Parse(std::as_bytes(std::span(bytes)), "net", {}, Shapes::kBatched, {}, files)
        .status();
  };
  EXPECT_THAT(std::string(parse(nullptr).message()), ::testing::HasSubstr("as one file"));
  WeightMemory none({}, 1U << 20U);
  EXPECT_EQ(parse(&none).code(), absl::StatusCode::kFailedPrecondition);
  std::vector<std::byte> data(data_.size());
  std::memcpy(data.data(), data_.data(), data_.size());
  WeightMemory all({{"net.onnx.data", data}}, 1U << 20U);
  EXPECT_TRUE(parse(&all).ok());
  WeightMemory few({{"net.onnx.data", data}}, 40);
  EXPECT_EQ(parse(&few).code(), absl::StatusCode::kResourceExhausted);
}

TEST(Obstacles, AreAllListed) {
  OnnxBuilder net({4});
  net.Node("Unique", {"x"}, "a").Named("first");
  net.Node("Unique", {"x"}, "b").Named("second");
  net.Node("Softmax", {"x"}, "c").Named("third").Int("axis", 7);
  net.Node("Add", {"a", "b"}, "d");
  net.Node("Add", {"d", "c"});
  const TemporaryFolder folder;
  const auto path = folder.Write("net.onnx", net.Bytes());
  EXPECT_THAT(Model::Obstacles(path),
              ::testing::ElementsAre(
                  ::testing::HasSubstr("node 'first' (Unique) (and 1 more such nodes): the engine"),
                  ::testing::HasSubstr("node 'third' (Softmax): axis 7 is out of range")));
  EXPECT_THAT(Model::Obstacles(folder.Write("sound.onnx", SoundNet().Bytes())),
              ::testing::IsEmpty());
}

}  // namespace
}  // namespace biglittle::nn::testing
