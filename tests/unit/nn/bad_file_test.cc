// Files that are no sound nets: each kind is refused at Load with a message that says why.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>

#include "absl/status/status.h"

#include "nn/model.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

using absl::StatusCode;

TEST(BadFile, SoundNetLoads) { EXPECT_TRUE(Parse(SoundNet()).ok()); }

TEST(BadFile, NoSuchFile) {
  const auto model = Model::Load("/nonexistent/net.onnx");
  EXPECT_EQ(model.status().code(), StatusCode::kNotFound);
  EXPECT_EQ(std::string(model.status().message()), "/nonexistent/net.onnx: no such file");
}

TEST(BadFile, Directory) {
  const auto model = Model::Load(::testing::TempDir());
  EXPECT_EQ(model.status().code(), StatusCode::kInvalidArgument);
}

TEST(BadFile, LoadsFromDisk) {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder.Write("sound_net.onnx", SoundNet().Bytes());
  EXPECT_TRUE(Model::Load(path).ok());
  const auto limited = Model::Load(path, {.max_file_bytes = 16});
  EXPECT_EQ(limited.status().code(), StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(limited.status().message()), ::testing::HasSubstr("16 are allowed"));
}

TEST(BadFile, EmptyOrSomethingElse) {
  ExpectRefused("", StatusCode::kInvalidArgument, "it has no graph; is it an ONNX file?");
  ExpectRefused("hello, world", StatusCode::kInvalidArgument, "it is not an ONNX file");
  ExpectRefused(std::string(1000, '\xFF'), StatusCode::kInvalidArgument, "not an ONNX file");
}

TEST(BadFile, EveryTruncationIsRefused) {
  const std::string bytes = SoundNet().Bytes();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    ASSERT_FALSE(Parse(bytes.substr(0, size)).ok()) << size << " of " << bytes.size() << " bytes";
  }
}

// Whatever a changed byte does, it neither crashes nor asks for much memory.
TEST(BadFile, EveryChangedByteIsSurvived) {
  const std::string bytes = SoundNet().Bytes();
  LoadLimits limits;
  limits.max_tensor_bytes = 1U << 20U;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    for (const unsigned mask : {0x01U, 0x80U, 0xFFU}) {
      std::string changed = bytes;
      changed[i] = static_cast<char>(static_cast<unsigned char>(changed[i]) ^ mask);
      const auto model = Parse(changed, limits);
      if (model.ok()) (void)model->Prepare({.max_batch = 2, .max_arena_bytes = 1U << 20U});
    }
  }
}

TEST(BadFile, Opset) {
  for (const std::int64_t opset : {std::int64_t{6}, std::int64_t{26}, std::int64_t{-1}}) {
    OnnxBuilder net = SoundNet();
    net.model().mutable_opset_import(0)->set_version(opset);
    ExpectRefused(
        net, StatusCode::kUnimplemented,
        "its opset is " + std::to_string(opset) + ", supported are 7 to 25; export it again");
  }
  OnnxBuilder none = SoundNet();
  none.model().clear_opset_import();
  ExpectRefused(none, StatusCode::kUnimplemented, "it does not say its opset");
}

TEST(BadFile, LargeFilePointer) {
  ExpectRefused("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n",
                StatusCode::kInvalidArgument, "it is a Git LFS pointer, not the file itself");
}

TEST(BadFile, UnknownOperator) {
  OnnxBuilder net = SoundNet();
  net.graph().mutable_node(1)->set_op_type("Unique");
  ExpectRefused(net, StatusCode::kUnimplemented,
                "node 'act' (Unique): the engine does not have this operator");
}

TEST(BadFile, OperatorOfAnotherDomain) {
  OnnxBuilder net = SoundNet();
  net.graph().mutable_node(1)->set_domain("com.example");
  ExpectRefused(net, StatusCode::kUnimplemented,
                "the engine does not have this operator of domain 'com.example'");
}

TEST(BadFile, NamesStayOnOneLineAndShort) {
  OnnxBuilder net = SoundNet();
  net.graph().mutable_node(1)->set_op_type("Two\nlines" + std::string(500, 'x'));
  net.graph().mutable_node(1)->clear_name();
  const auto model = Parse(net);
  const std::string message(model.status().message());
  EXPECT_THAT(message, ::testing::StartsWith("test.onnx: node #1 (Two\\x0alinesxxx"));
  EXPECT_LT(message.size(), 200U);
  EXPECT_THAT(message, ::testing::Not(::testing::HasSubstr("\n")));
}

TEST(BadFile, Cycle) {
  OnnxBuilder net({4});
  net.Node("Add", {"x", "b"}, "a").Named("first");
  net.Node("Relu", {"a"}, "b").Named("second");
  net.Node("Relu", {"b"});
  ExpectRefused(net, StatusCode::kInvalidArgument,
                "node 'first' (Add): its input depends on its output");
  OnnxBuilder own({4});
  own.Node("Add", {"x", "y"}).Named("self");
  ExpectRefused(own, StatusCode::kInvalidArgument, "node 'self' (Add): its input depends on");
}

TEST(BadFile, DanglingInput) {
  OnnxBuilder net = SoundNet();
  net.graph().mutable_node(1)->set_input(0, "ghost");
  ExpectRefused(net, StatusCode::kInvalidArgument,
                "node 'act' (Relu): its input 'ghost' is computed by no node");
}

TEST(BadFile, DanglingOutput) {
  OnnxBuilder net = SoundNet();
  net.graph().mutable_output(0)->set_name("ghost");
  ExpectRefused(net, StatusCode::kInvalidArgument, "output 'ghost' is computed by no node");
}

TEST(BadFile, ValueDefinedTwice) {
  OnnxBuilder net = SoundNet();
  net.graph().mutable_node(1)->set_output(0, "h");
  ExpectRefused(net, StatusCode::kInvalidArgument, "value 'h' is defined twice");
  OnnxBuilder weights = SoundNet();
  weights.Weight("w", {1}, {1});
  ExpectRefused(weights, StatusCode::kInvalidArgument, "value 'w' is defined twice");
}

TEST(BadFile, NodeWithoutOutput) {
  OnnxBuilder net = SoundNet();
  net.graph().mutable_node(1)->clear_output();
  ExpectRefused(net, StatusCode::kInvalidArgument, "node 'act' (Relu): it has no output");
}

TEST(BadFile, TooFewAndTooManyInputs) {
  OnnxBuilder few = SoundNet();
  few.graph().mutable_node(0)->mutable_input()->DeleteSubrange(1, 2);
  ExpectRefused(few, StatusCode::kInvalidArgument, "node 'fc' (Gemm): input 1 is missing");
  OnnxBuilder many = SoundNet();
  many.graph().mutable_node(1)->add_input("x");
  ExpectRefused(many, StatusCode::kInvalidArgument,
                "node 'act' (Relu): it has 2 inputs, 1 at most are possible");
}

TEST(BadFile, AttributeTwice) {
  OnnxBuilder net = SoundNet();
  NodeBuilder(net.graph().mutable_node(0)).Int("transB", 0).Int("transB", 1);
  ExpectRefused(net, StatusCode::kInvalidArgument,
                "node 'fc' (Gemm): attribute 'transB' is given twice");
}

TEST(BadFile, AttributeOfUnknownKind) {
  OnnxBuilder net = SoundNet();
  onnx::AttributeProto* attribute = net.graph().mutable_node(0)->add_attribute();
  attribute->set_name("transB");
  attribute->set_type(onnx::AttributeProto::GRAPH);
  ExpectRefused(net, StatusCode::kInvalidArgument,
                "node 'fc' (Gemm): attribute 'transB' must be an integer");
}

TEST(BadFile, AbsurdInteger) {
  OnnxBuilder net = SoundNet();
  NodeBuilder(net.graph().mutable_node(0)).Int("transB", std::numeric_limits<std::int64_t>::min());
  ExpectRefused(net, StatusCode::kInvalidArgument, "attribute 'transB' holds an absurd number");
}

}  // namespace
}  // namespace biglittle::nn::testing
