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
    {"Add", 7, 2, 2, LowerAdd},
    {"AveragePool", 7, 1, 1, LowerAveragePool},
    {"BatchNormalization", 7, 5, 5, LowerBatchNormalization},
    {"Clip", 6, 1, 3, LowerClip},
    {"Concat", 4, 1, kAny, LowerConcat},
    {"Constant", 1, 0, 0, LowerConstant},
    {"Conv", 1, 2, 3, LowerConv},
    {"Div", 7, 2, 2, LowerDiv},
    {"Dropout", 7, 1, 3, LowerDropout},
    {"Flatten", 1, 1, 1, LowerFlatten},
    {"Gather", 1, 2, 2, LowerGather},
    {"Gemm", 7, 2, 3, LowerGemm},
    {"GlobalAveragePool", 1, 1, 1, LowerGlobalAveragePool},
    {"GlobalMaxPool", 1, 1, 1, LowerGlobalMaxPool},
    {"HardSigmoid", 6, 1, 1, LowerHardSigmoid},
    {"HardSwish", 14, 1, 1, LowerHardSwish},
    {"Identity", 1, 1, 1, LowerIdentity},
    {"LeakyRelu", 6, 1, 1, LowerLeakyRelu},
    {"LogSoftmax", 1, 1, 1, LowerLogSoftmax},
    {"MatMul", 1, 2, 2, LowerMatMul},
    {"MaxPool", 1, 1, 1, LowerMaxPool},
    {"Mul", 7, 2, 2, LowerMul},
    {"Pad", 2, 1, 3, LowerPad},
    {"ReduceMean", 1, 1, 1, LowerReduceMean},
    {"Relu", 6, 1, 1, LowerRelu},
    {"Reshape", 5, 2, 2, LowerReshape},
    {"Shape", 1, 1, 1, LowerShape},
    {"Sigmoid", 6, 1, 1, LowerSigmoid},
    {"Slice", 1, 1, 5, LowerSlice},
    {"Softmax", 1, 1, 1, LowerSoftmax},
    {"Squeeze", 1, 1, 2, LowerSqueeze},
    {"Sub", 7, 2, 2, LowerSub},
    {"Tanh", 6, 1, 1, LowerTanh},
    {"Transpose", 1, 1, 1, LowerTranspose},
    {"Unsqueeze", 1, 1, 2, LowerUnsqueeze},
});

}  // namespace

const OperatorDefinition* FindOperator(std::string_view op_type) {
  const auto* found = std::ranges::find(kOperators, op_type, &OperatorDefinition::name);
  return found == kOperators.end() ? nullptr : found;
}

}  // namespace biglittle::nn
