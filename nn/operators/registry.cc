#include "nn/operators/registry.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>

#include "nn/operators/operators.h"

namespace biglittle::nn {
namespace {

constexpr int kAny = std::numeric_limits<int>::max();

// Sorted by name, upper case first.
constexpr auto kOperators = std::to_array<OperatorDefinition>({
    {"Abs", 6, 1, 1, LowerAbs},
    {"Add", 7, 2, 2, LowerAdd},
    {"ArgMax", 1, 1, 1, LowerArgMax},
    {"AveragePool", 1, 1, 1, LowerAveragePool},
    {"BatchNormalization", 7, 5, 5, LowerBatchNormalization},
    {"BlackmanWindow", 17, 1, 1, LowerBlackmanWindow},
    {"Cast", 6, 1, 1, LowerCast},
    {"Clip", 6, 1, 3, LowerClip},
    {"Concat", 4, 1, kAny, LowerConcat},
    {"Constant", 1, 0, 0, LowerConstant},
    {"ConstantOfShape", 9, 1, 1, LowerConstantOfShape},
    {"Conv", 1, 2, 3, LowerConv},
    {"DFT", 17, 1, 2, LowerDFT},
    {"DequantizeLinear", 10, 2, 3, LowerDequantizeLinear},
    {"Div", 7, 2, 2, LowerDiv},
    {"Dropout", 7, 1, 3, LowerDropout, 1, true},
    {"Elu", 6, 1, 1, LowerElu},
    {"Equal", 7, 2, 2, LowerEqual},
    {"Erf", 9, 1, 1, LowerErf},
    {"Exp", 6, 1, 1, LowerExp},
    {"Expand", 8, 2, 2, LowerExpand},
    {"Flatten", 1, 1, 1, LowerFlatten},
    {"GRU", 7, 3, 6, LowerGRU, 2, true, true},
    {"Gather", 1, 2, 2, LowerGather, 1, true, true},
    {"Gemm", 7, 2, 3, LowerGemm},
    {"GlobalAveragePool", 1, 1, 1, LowerGlobalAveragePool},
    {"GlobalMaxPool", 1, 1, 1, LowerGlobalMaxPool},
    {"Greater", 7, 2, 2, LowerGreater},
    {"GreaterOrEqual", 12, 2, 2, LowerGreaterOrEqual},
    {"HammingWindow", 17, 1, 1, LowerHammingWindow},
    {"HannWindow", 17, 1, 1, LowerHannWindow},
    {"HardSigmoid", 6, 1, 1, LowerHardSigmoid},
    {"HardSwish", 14, 1, 1, LowerHardSwish},
    {"Identity", 1, 1, 1, LowerIdentity, 1, true, true},
    {"InstanceNormalization", 6, 3, 3, LowerInstanceNormalization},
    {"LRN", 1, 1, 1, LowerLRN},
    {"LSTM", 7, 3, 8, LowerLSTM, 3, true, true},
    {"LayerNormalization", 17, 2, 3, LowerLayerNormalization},
    {"LeakyRelu", 6, 1, 1, LowerLeakyRelu},
    {"Less", 7, 2, 2, LowerLess},
    {"LessOrEqual", 12, 2, 2, LowerLessOrEqual},
    {"Log", 6, 1, 1, LowerLog},
    {"LogSoftmax", 1, 1, 1, LowerLogSoftmax},
    {"MatMul", 1, 2, 2, LowerMatMul},
    {"Max", 6, 1, kAny, LowerMax},
    {"MaxPool", 1, 1, 1, LowerMaxPool},
    {"MelWeightMatrix", 17, 5, 5, LowerMelWeightMatrix},
    {"Min", 6, 1, kAny, LowerMin},
    {"Mul", 7, 2, 2, LowerMul},
    {"Neg", 6, 1, 1, LowerNeg},
    {"Not", 1, 1, 1, LowerNot},
    {"PRelu", 7, 2, 2, LowerPRelu},
    {"Pad", 2, 1, 3, LowerPad},
    {"Pow", 7, 2, 2, LowerPow},
    {"QuantizeLinear", 10, 2, 3, LowerQuantizeLinear},
    {"RNN", 7, 3, 6, LowerRNN, 2, true, true},
    {"Reciprocal", 6, 1, 1, LowerReciprocal},
    {"ReduceL2", 1, 1, 1, LowerReduceL2},
    {"ReduceMax", 1, 1, 1, LowerReduceMax},
    {"ReduceMean", 1, 1, 1, LowerReduceMean},
    {"ReduceMin", 1, 1, 1, LowerReduceMin},
    {"ReduceSum", 1, 1, 2, LowerReduceSum},
    {"Relu", 6, 1, 1, LowerRelu, 1, true},
    {"Reshape", 5, 2, 2, LowerReshape, 1, true},
    {"STFT", 17, 2, 4, LowerSTFT},
    {"Selu", 6, 1, 1, LowerSelu},
    {"Shape", 1, 1, 1, LowerShape, 1, true},
    {"Sigmoid", 6, 1, 1, LowerSigmoid, 1, true},
    {"Size", 1, 1, 1, LowerSize},
    {"Slice", 1, 1, 5, LowerSlice, 1, true, true},
    {"Softmax", 1, 1, 1, LowerSoftmax},
    {"Softplus", 1, 1, 1, LowerSoftplus},
    {"Split", 2, 1, 2, LowerSplit, /*max_outputs=*/kAny},
    {"Sqrt", 6, 1, 1, LowerSqrt},
    {"Squeeze", 1, 1, 2, LowerSqueeze, 1, true, true},
    {"Sub", 7, 2, 2, LowerSub},
    {"Sum", 6, 1, kAny, LowerSum},
    {"Tanh", 6, 1, 1, LowerTanh, 1, true},
    {"Transpose", 1, 1, 1, LowerTranspose, 1, true, true},
    {"Unsqueeze", 1, 1, 2, LowerUnsqueeze, 1, true, true},
    {"Where", 9, 3, 3, LowerWhere},
});

}  // namespace

const OperatorDefinition* FindOperator(std::string_view op_type) {
  const auto* found = std::ranges::find(kOperators, op_type, &OperatorDefinition::name);
  return found == kOperators.end() ? nullptr : found;
}

}  // namespace biglittle::nn
