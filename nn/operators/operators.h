// Every operator's entry, for the registry. Each is defined in the file of its name; what it
// computes is the ONNX operator of that name, opset 7 to 17
// (https://github.com/onnx/onnx/blob/main/docs/Operators.md).
#pragma once

#include <cstdint>

#include "absl/status/statusor.h"

#include "nn/operators/node_view.h"

namespace biglittle::nn {

// Longer transforms are nobody's window, and lengths stay below what 32 bits hold squared.
inline constexpr std::int64_t kMaxTransform = std::int64_t{1} << 24U;

absl::StatusOr<Lowered> LowerAbs(const NodeView& node);
absl::StatusOr<Lowered> LowerAdd(const NodeView& node);
absl::StatusOr<Lowered> LowerArgMax(const NodeView& node);
absl::StatusOr<Lowered> LowerAveragePool(const NodeView& node);
absl::StatusOr<Lowered> LowerBatchNormalization(const NodeView& node);
absl::StatusOr<Lowered> LowerBlackmanWindow(const NodeView& node);
absl::StatusOr<Lowered> LowerCast(const NodeView& node);
absl::StatusOr<Lowered> LowerClip(const NodeView& node);
absl::StatusOr<Lowered> LowerConcat(const NodeView& node);
absl::StatusOr<Lowered> LowerConstant(const NodeView& node);
absl::StatusOr<Lowered> LowerConstantOfShape(const NodeView& node);
absl::StatusOr<Lowered> LowerConv(const NodeView& node);
absl::StatusOr<Lowered> LowerDFT(const NodeView& node);
absl::StatusOr<Lowered> LowerDequantizeLinear(const NodeView& node);
absl::StatusOr<Lowered> LowerDiv(const NodeView& node);
absl::StatusOr<Lowered> LowerDropout(const NodeView& node);
absl::StatusOr<Lowered> LowerElu(const NodeView& node);
absl::StatusOr<Lowered> LowerEqual(const NodeView& node);
absl::StatusOr<Lowered> LowerErf(const NodeView& node);
absl::StatusOr<Lowered> LowerExp(const NodeView& node);
absl::StatusOr<Lowered> LowerExpand(const NodeView& node);
absl::StatusOr<Lowered> LowerFlatten(const NodeView& node);
absl::StatusOr<Lowered> LowerGRU(const NodeView& node);
absl::StatusOr<Lowered> LowerGather(const NodeView& node);
absl::StatusOr<Lowered> LowerGemm(const NodeView& node);
absl::StatusOr<Lowered> LowerGlobalAveragePool(const NodeView& node);
absl::StatusOr<Lowered> LowerGlobalMaxPool(const NodeView& node);
absl::StatusOr<Lowered> LowerGreater(const NodeView& node);
absl::StatusOr<Lowered> LowerGreaterOrEqual(const NodeView& node);
absl::StatusOr<Lowered> LowerHammingWindow(const NodeView& node);
absl::StatusOr<Lowered> LowerHannWindow(const NodeView& node);
absl::StatusOr<Lowered> LowerHardSigmoid(const NodeView& node);
absl::StatusOr<Lowered> LowerHardSwish(const NodeView& node);
absl::StatusOr<Lowered> LowerIdentity(const NodeView& node);
absl::StatusOr<Lowered> LowerInstanceNormalization(const NodeView& node);
absl::StatusOr<Lowered> LowerLRN(const NodeView& node);
absl::StatusOr<Lowered> LowerLSTM(const NodeView& node);
absl::StatusOr<Lowered> LowerLayerNormalization(const NodeView& node);
absl::StatusOr<Lowered> LowerLeakyRelu(const NodeView& node);
absl::StatusOr<Lowered> LowerLess(const NodeView& node);
absl::StatusOr<Lowered> LowerLessOrEqual(const NodeView& node);
absl::StatusOr<Lowered> LowerLog(const NodeView& node);
absl::StatusOr<Lowered> LowerLogSoftmax(const NodeView& node);
absl::StatusOr<Lowered> LowerMatMul(const NodeView& node);
absl::StatusOr<Lowered> LowerMax(const NodeView& node);
absl::StatusOr<Lowered> LowerMaxPool(const NodeView& node);
absl::StatusOr<Lowered> LowerMelWeightMatrix(const NodeView& node);
absl::StatusOr<Lowered> LowerMin(const NodeView& node);
absl::StatusOr<Lowered> LowerMul(const NodeView& node);
absl::StatusOr<Lowered> LowerNeg(const NodeView& node);
absl::StatusOr<Lowered> LowerNot(const NodeView& node);
absl::StatusOr<Lowered> LowerPRelu(const NodeView& node);
absl::StatusOr<Lowered> LowerPad(const NodeView& node);
absl::StatusOr<Lowered> LowerPow(const NodeView& node);
absl::StatusOr<Lowered> LowerQuantizeLinear(const NodeView& node);
absl::StatusOr<Lowered> LowerRNN(const NodeView& node);
absl::StatusOr<Lowered> LowerReciprocal(const NodeView& node);
absl::StatusOr<Lowered> LowerReduceL2(const NodeView& node);
absl::StatusOr<Lowered> LowerReduceMax(const NodeView& node);
absl::StatusOr<Lowered> LowerReduceMean(const NodeView& node);
absl::StatusOr<Lowered> LowerReduceMin(const NodeView& node);
absl::StatusOr<Lowered> LowerReduceSum(const NodeView& node);
absl::StatusOr<Lowered> LowerRelu(const NodeView& node);
absl::StatusOr<Lowered> LowerReshape(const NodeView& node);
absl::StatusOr<Lowered> LowerSTFT(const NodeView& node);
absl::StatusOr<Lowered> LowerSelu(const NodeView& node);
absl::StatusOr<Lowered> LowerShape(const NodeView& node);
absl::StatusOr<Lowered> LowerSigmoid(const NodeView& node);
absl::StatusOr<Lowered> LowerSize(const NodeView& node);
absl::StatusOr<Lowered> LowerSlice(const NodeView& node);
absl::StatusOr<Lowered> LowerSoftmax(const NodeView& node);
absl::StatusOr<Lowered> LowerSoftplus(const NodeView& node);
absl::StatusOr<Lowered> LowerSplit(const NodeView& node);
absl::StatusOr<Lowered> LowerSqrt(const NodeView& node);
absl::StatusOr<Lowered> LowerSqueeze(const NodeView& node);
absl::StatusOr<Lowered> LowerSub(const NodeView& node);
absl::StatusOr<Lowered> LowerSum(const NodeView& node);
absl::StatusOr<Lowered> LowerTanh(const NodeView& node);
absl::StatusOr<Lowered> LowerTranspose(const NodeView& node);
absl::StatusOr<Lowered> LowerUnsqueeze(const NodeView& node);
absl::StatusOr<Lowered> LowerWhere(const NodeView& node);

}  // namespace biglittle::nn
