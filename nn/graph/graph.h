// The graph as the engine sees it: free of protobuf, names resolved to ids. The importer makes it
// from a file, the compiler turns it into a Network.
//
// Shapes carry the batch dimension as the symbol kBatch, which stands in the first place, or
// nowhere, or, between the operators around a recurrent layer, further behind; in memory the
// samples are outermost wherever it stands. A value is computed at run time if it depends on the
// net's input or repeats something for each sample, and known at Load otherwise. If the input has a
// batch dimension, so has every run-time value; if its shape is fixed (Shapes::kFixed), none has.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace biglittle::nn {

using Dims = std::vector<std::int64_t>;

// Stands for the number of samples, which is chosen at each Invoke.
inline constexpr std::int64_t kBatch = std::numeric_limits<std::int64_t>::min();
inline constexpr std::size_t kMaxRank = 8;
// BLAS and Workers count with 32 bits, and products of two such numbers still fit into 64.
inline constexpr std::int64_t kMaxElements = std::numeric_limits<std::int32_t>::max();

// What a value means. At run time all are kept as floats: integers beyond 2^24 would lose digits,
// and no operator makes such (kMaxExactInteger). Numbers of float16, bfloat16 and float64 are taken
// as float32. Of a text its place in a list that is known at Load is what is kept.
enum class ElementType : std::uint8_t {
  kFloat32,
  kInt64,
  kInt32,
  kInt16,
  kInt8,
  kUint64,
  kUint32,
  kUint16,
  kUint8,
  kBool,
  kText,
};
std::string_view Name(ElementType type);
// ONNX's number for an element type, as Cast names it; nullopt for one that the engine does not
// have.
std::optional<ElementType> ElementTypeOf(std::int64_t number);
// Not bool, nor text.
bool IsNumber(ElementType type);

// Up to here every integer is a float.
inline constexpr std::int64_t kMaxExactInteger = std::int64_t{1} << 24U;

// The least and the greatest integer that an element can be; of float32: kMaxExactInteger.
struct IntegerRange {
  std::int64_t least = 0;
  std::int64_t greatest = 0;
};
IntegerRange RangeOf(ElementType type);

struct TensorType {
  ElementType element = ElementType::kFloat32;
  Dims dims;

  bool batched() const { return !dims.empty() && dims[0] == kBatch; }
  bool has_batch() const { return std::ranges::find(dims, kBatch) != dims.end(); }
  bool turned() const { return has_batch() && !batched(); }
  std::int64_t rank() const { return static_cast<std::int64_t>(dims.size()); }
  // Of one sample if batched, else of the whole tensor. `dims` must have passed CountElements.
  std::int64_t elements() const;
  // The one tensor without elements: an empty list, which as a shape is a scalar's, and as a
  // parameter one that is left out.
  bool IsEmptyList() const { return dims == Dims{0}; }
  bool operator==(const TensorType&) const = default;
};

// "[N, 9, 128]".
std::string ToString(const Dims& dims);
// Product of `dims`, the batch dimension left out. nullopt if a dimension is not positive, or there
// are more than kMaxRank of them, or the product exceeds kMaxElements.
std::optional<std::int64_t> CountElements(const Dims& dims);
// Product of dims[from, to), the batch dimension left out. `dims` must have passed CountElements.
std::int64_t Product(const Dims& dims, std::int64_t from, std::int64_t to);

// How floats came about from integers of 8 bits: each is a whole multiple, within [-255, 255], of
// its scale.
struct WeightScales {
  std::vector<float> scales;  // one, or one for each position along the axis; > 0
  std::int64_t axis = 0;
};

// A tensor known at Load; never batched. Exactly one of the three vectors is used: floats for
// kFloat32, texts for kText, ints for the rest. In those of kInt64 and kInt32 kBatch stands for the
// batch size (Shape yields it). Floats may be infinite.
struct Constant {
  TensorType type;
  std::vector<float> floats;
  std::vector<std::int64_t> ints;
  std::vector<std::string> texts = {};
  std::shared_ptr<const WeightScales> quantised = nullptr;  // of floats; nullptr: not known
};
// Shared: by the graph, by kernels, and by views that only differ in shape of use.
using ConstantPtr = std::shared_ptr<const Constant>;

using ValueId = std::int32_t;
inline constexpr ValueId kNoValue = -1;

struct Body;
// Shared by copies of its node.
using BodyPtr = std::shared_ptr<const Body>;

struct Attribute {
  // Of a kind that no supported operator has: sparse tensors, lists of tensors or graphs.
  struct Unsupported {};
  std::string name;
  std::variant<Unsupported, std::int64_t, float, std::string, std::vector<std::int64_t>,
               std::vector<float>, std::vector<std::string>, ConstantPtr, BodyPtr>
      value;
};

// Whose operators they are.
enum class Domain : std::uint8_t {
  kStandard,   // "", ai.onnx
  kMl,         // ai.onnx.ml: trees, linear models
  kMicrosoft,  // com.microsoft: what ONNX Runtime writes
};

struct Node {
  std::string name;          // "" where the file gives none
  std::size_t position = 0;  // in the file, from 0
  std::string op_type;
  Domain domain = Domain::kStandard;
  std::int64_t opset = 0;        // of the standard domain, where the node stands
  std::vector<ValueId> inputs;   // kNoValue where an optional input is left out
  std::vector<ValueId> outputs;  // kNoValue where nobody asks; one at least is asked for
  std::vector<Attribute> attributes;
  // Values of the graph around that bodies among the attributes read.
  std::vector<ValueId> captured;
};

// A graph inside a node: a branch of If, what Loop and Scan repeat. Its values are among the
// graph's, under ids of their own.
struct Body {
  std::vector<ValueId> inputs;
  std::vector<Node> nodes;  // in execution order once the graph is ordered
  std::vector<ValueId> outputs;
};

struct Value {
  std::string name;
  ConstantPtr constant;  // set for initializers
};

// What the net is given. `dims` as the file declares them: 0 for a size left open, whose name is in
// `symbols`, or "". A shape that is not declared at all is absent.
struct GraphInput {
  ValueId value = kNoValue;
  ElementType element = ElementType::kFloat32;
  std::optional<Dims> dims;
  std::vector<std::string> symbols;
};

// What the net answers.
struct GraphOutput {
  ValueId value = kNoValue;
  // As the file declares them; kBatch also stands for every size left open. Absent: not declared.
  std::optional<Dims> dims;
};

struct Graph {
  std::string producer;
  std::int64_t opset = 0;
  std::vector<Value> values;
  std::vector<Node> nodes;
  std::vector<GraphInput> inputs;    // in the file's order, one at least
  std::vector<GraphOutput> outputs;  // likewise
};

// A name from a file, fit for a message: in quotes, on one line, not too long.
std::string Quote(const std::string& name);
// "node 'conv1' (Conv)", or "node #3 (Conv)" where it has no name.
std::string Describe(const Node& node);

}  // namespace biglittle::nn
