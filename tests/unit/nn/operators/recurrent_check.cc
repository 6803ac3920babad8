#include "tests/unit/nn/operators/recurrent_check.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/nn/net_check.h"

namespace biglittle::nn::testing {
namespace {

double Dot(const Floats& rows, std::int64_t row, const Doubles& x) {
  double sum = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    sum += static_cast<double>(rows[static_cast<std::size_t>(row) * x.size() + i]) * x[i];
  }
  return sum;
}

}  // namespace

RecurrentCheck::RecurrentCheck(std::string op, std::int64_t gates, RecurrentSetup setup)
    : op_(std::move(op)), gates_(gates), setup_(std::move(setup)) {
  const std::int64_t rows = directions() * gates_ * setup_.units;
  w_ = Noise(rows * setup_.inputs, 1);
  r_ = Noise(rows * setup_.units, 2);
  // Larger weights between the steps would magnify rounding from step to step.
  for (float& weight : r_) weight /= std::sqrt(static_cast<float>(setup_.units));
  b_ = Noise(2 * rows, 3);
  p_ = Noise(directions() * 3 * setup_.units, 4);
  first_hidden_ = Noise(directions() * setup_.units, 5);
  first_cell_ = Noise(directions() * setup_.units, 6);
}

double RecurrentCheck::W(std::int64_t d, std::int64_t g, std::int64_t u, const Doubles& x) const {
  return Dot(w_, (d * gates_ + g) * setup_.units + u, x);
}
double RecurrentCheck::R(std::int64_t d, std::int64_t g, std::int64_t u, const Doubles& h) const {
  return Dot(r_, (d * gates_ + g) * setup_.units + u, h);
}
double RecurrentCheck::Wb(std::int64_t d, std::int64_t g, std::int64_t u) const {
  if (!setup_.bias) return 0.0;
  return static_cast<double>(b_[static_cast<std::size_t>((d * 2 * gates_ + g) * setup_.units + u)]);
}
double RecurrentCheck::Rb(std::int64_t d, std::int64_t g, std::int64_t u) const {
  return Wb(d, gates_ + g, u);
}
double RecurrentCheck::P(std::int64_t d, std::int64_t g, std::int64_t u) const {
  if (!setup_.peepholes) return 0.0;
  return static_cast<double>(p_[static_cast<std::size_t>((d * 3 + g) * setup_.units + u)]);
}

double RecurrentCheck::Activate(std::int64_t d, std::size_t i, std::size_t count,
                                const std::string& fallback, double x) const {
  const std::string name = setup_.activations.empty()
                               ? fallback
                               : setup_.activations[static_cast<std::size_t>(d) * count + i];
  if (name == "Sigmoid") return 1.0 / (1.0 + std::exp(-x));
  if (name == "Relu") return std::max(x, 0.0);
  return std::tanh(x);
}

OnnxBuilder RecurrentCheck::Net() const {
  const std::int64_t d = directions();
  const std::int64_t rows = gates_ * setup_.units;
  OnnxBuilder net({setup_.steps, setup_.inputs}, setup_.samples_first ? 14 : 13);
  std::vector<std::string> inputs = {"x", net.Weight("w", {d, rows, setup_.inputs}, w_),
                                     net.Weight("r", {d, rows, setup_.units}, r_)};
  if (!setup_.samples_first) {
    net.Node("Transpose", {"x"}, "steps").IntList("perm", {1, 0, 2});
    inputs[0] = "steps";
  }
  inputs.push_back(setup_.bias ? net.Weight("b", {d, 2 * rows}, b_) : "");
  inputs.emplace_back();  // sequence_lens
  const Ints state = setup_.samples_first ? Ints{1, d, setup_.units} : Ints{d, 1, setup_.units};
  inputs.push_back(setup_.first_state ? net.Weight("h", state, first_hidden_) : "");
  if (has_cell()) {
    inputs.push_back(setup_.first_state ? net.Weight("c", state, first_cell_) : "");
    inputs.push_back(setup_.peepholes ? net.Weight("p", {d, 3 * setup_.units}, p_) : "");
  }
  NodeBuilder node = net.Node(op_, inputs, setup_.output == 0 ? "out" : "");
  if (setup_.output > 0) node.Also(setup_.output == 1 ? "out" : "");
  if (setup_.output > 1) node.Also("out");
  node.Text("direction", setup_.direction).Int("hidden_size", setup_.units).Named("layer");
  if (setup_.samples_first) node.Int("layout", 1);
  if (setup_.reset_after) node.Int("linear_before_reset", 1);
  if (!setup_.activations.empty()) node.TextList("activations", setup_.activations);
  if (setup_.samples_first) {
    net.Node("Identity", {"out"});
  } else {
    net.Node("Transpose", {"out"})
        .IntList("perm", setup_.output == 0 ? Ints{2, 0, 1, 3} : Ints{1, 0, 2});
  }
  return net;
}

Floats RecurrentCheck::Naive(const Cell& cell, const Floats& input) const {
  const std::int64_t sample = setup_.steps * setup_.inputs;
  const auto units = static_cast<std::size_t>(setup_.units);
  Floats result;
  for (std::int64_t n = 0; n * sample < static_cast<std::int64_t>(input.size()); ++n) {
    // [T, D, H] of this sample, and the states that are left.
    std::vector<Doubles> all(static_cast<std::size_t>(setup_.steps * directions()));
    std::vector<Doubles> last;
    for (std::int64_t d = 0; d < directions(); ++d) {
      const auto first = static_cast<std::int64_t>(units) * d;
      Doubles h(units, 0.0);
      Doubles c(units, 0.0);
      if (setup_.first_state) {
        std::copy_n(first_hidden_.begin() + first, units, h.begin());
        std::copy_n(first_cell_.begin() + first, units, c.begin());
      }
      const bool backwards = setup_.direction == "reverse" || d == 1;
      for (std::int64_t i = 0; i < setup_.steps; ++i) {
        const std::int64_t t = backwards ? setup_.steps - 1 - i : i;
        const auto from = input.begin() + n * sample + t * setup_.inputs;
        cell(*this, d, Doubles(from, from + setup_.inputs), h, c);
        all[static_cast<std::size_t>(t * directions() + d)] = h;
      }
      last.push_back(setup_.output == 2 ? c : h);
    }
    for (const Doubles& state : setup_.output == 0 ? all : last) {
      for (const double value : state) result.push_back(static_cast<float>(value));
    }
  }
  return result;
}

void RecurrentCheck::Expect(const Cell& cell) const {
  Ints shape = {directions(), setup_.units};
  if (setup_.output == 0) shape.insert(shape.begin(), setup_.steps);
  const OnnxBuilder net = Net();
  for (const std::int64_t samples : {1, 3, 20}) {
    const Floats input = Noise(samples * setup_.steps * setup_.inputs, 7);
    ExpectOutput(net, input, shape, Naive(cell, input));
    EXPECT_EQ(Answers(net, input, samples), Answers(net, input, 1)) << samples << " samples";
  }
}

}  // namespace biglittle::nn::testing
