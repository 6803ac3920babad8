// Nets of one recurrent layer, and what holds them against a cell written as in the operator's
// documentation.
#pragma once

#include <cstdint>
#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {

using Doubles = std::vector<double>;

struct RecurrentSetup {
  std::string name;
  std::string direction = "forward";
  std::int64_t steps = 4;
  std::int64_t inputs = 3;
  std::int64_t units = 5;
  bool bias = true;
  bool first_state = false;  // hidden, and cell if there is one
  bool peepholes = false;
  bool samples_first = false;            // layout 1, opset 14
  bool reset_after = false;              // linear_before_reset
  std::vector<std::string> activations;  // of all directions; empty: not given
  int output = 0;                        // Y, Y_h or Y_c
};

inline void PrintTo(const RecurrentSetup& setup, std::ostream* out) { *out << setup.name; }

// One layer: its weights are noise.
class RecurrentCheck {
 public:
  RecurrentCheck(std::string op, std::int64_t gates, RecurrentSetup setup);

  // Advances direction d: `x` are the inputs, `h` and `c` the state.
  using Cell = std::function<void(const RecurrentCheck& check, std::int64_t d, const Doubles& x,
                                  Doubles& h, Doubles& c)>;
  // The net computes what the cell does, for 1, 3 and 20 samples; and each sample's bits are the
  // same in every batch.
  void Expect(const Cell& cell) const;

  const RecurrentSetup& setup() const { return setup_; }
  std::int64_t directions() const { return setup_.direction == "bidirectional" ? 2 : 1; }
  // Of gate g and unit u: the products with the inputs and the hidden state, and their biases.
  double W(std::int64_t d, std::int64_t g, std::int64_t u, const Doubles& x) const;
  double R(std::int64_t d, std::int64_t g, std::int64_t u, const Doubles& h) const;
  double Wb(std::int64_t d, std::int64_t g, std::int64_t u) const;
  double Rb(std::int64_t d, std::int64_t g, std::int64_t u) const;
  double P(std::int64_t d, std::int64_t g, std::int64_t u) const;
  // f(x) for activation i of direction d; `fallback` where none are given.
  double Activate(std::int64_t d, std::size_t i, std::size_t count, const std::string& fallback,
                  double x) const;

  // y = the chosen output, with the samples in front: [N, T, D, H] or [N, D, H].
  OnnxBuilder Net() const;

 private:
  bool has_cell() const { return gates_ == 4; }
  Floats Naive(const Cell& cell, const Floats& input) const;

  const std::string op_;
  const std::int64_t gates_;
  const RecurrentSetup setup_;
  Floats w_;
  Floats r_;
  Floats b_;
  Floats p_;
  Floats first_hidden_;  // [directions, units]
  Floats first_cell_;
};

}  // namespace biglittle::nn::testing
