#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/operators/attributes.h"
#include "nn/operators/class_labels.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"
#include "nn/operators/sample_kernel.h"
#include "nn/operators/support_vectors.h"

namespace biglittle::nn {
namespace {

struct Machine {
  SupportVectors s;
  ClassLabels labels;
  PostTransform transform = PostTransform::kNone;
  std::vector<std::int64_t> of_class;  // support vectors; empty: linear
  std::vector<std::int64_t> first;     // of each class
  std::vector<float> prob_a;           // one a pair of classes; empty: no probabilities
  std::vector<float> prob_b;
  std::int64_t columns = 1;
  std::int64_t count = 0;  // support vectors

  std::int64_t classes() const { return static_cast<std::int64_t>(labels.size()); }
  std::int64_t pairs() const { return classes() * (classes() - 1) / 2; }
  // How many numbers a row yields.
  std::int64_t answers() const {
    if (of_class.empty()) return std::max<std::int64_t>(classes(), 2);
    if (!prob_a.empty()) return classes();
    return classes() == 2 ? 2 : pairs();
  }
  // Floats that one row's work takes.
  std::int64_t scratch() const { return count + pairs() + answers() + classes() * (classes() + 2); }
  std::size_t Decide(const float* x, float* scratch, float* answer) const;

 private:
  std::size_t DecideLinear(const float* x, float* answer) const;
  std::size_t Vote(const float* scores, float* votes) const;
  void PairScores(const float* kernels, float* scores) const;
  void Probabilities(const float* scores, float* table, float* answer) const;
};

std::size_t Best(const float* values, std::int64_t count) {
  return static_cast<std::size_t>(std::max_element(values, values + count) - values);
}

std::size_t Machine::DecideLinear(const float* x, float* answer) const {
  const std::int64_t scores = std::ssize(s.coefficients) / columns;
  for (std::int64_t k = 0; k < scores; ++k) {
    answer[k] = static_cast<float>(s.Kernel(x, s.coefficients.data() + k * columns, columns) +
                                   static_cast<double>(s.rho[0]));
  }
  if (scores == 1) {
    const bool positive = answer[0] > 0.0F;
    answer[1] = answer[0];
    answer[0] = -answer[1];
    Apply(transform, answer, 2);
    return positive && classes() > 1 ? 1 : 0;
  }
  const std::size_t best = Best(answer, scores);
  Apply(transform, answer, scores);
  return best;
}

void Machine::PairScores(const float* kernels, float* scores) const {
  const auto sum = [&](std::int64_t owner, std::int64_t other_row) {
    double total = 0.0;
    for (std::int64_t k = 0; k < of_class[static_cast<std::size_t>(owner)]; ++k) {
      const std::int64_t at = first[static_cast<std::size_t>(owner)] + k;
      total +=
          static_cast<double>(s.coefficients[static_cast<std::size_t>(other_row * count + at)]) *
          static_cast<double>(kernels[at]);
    }
    return total;
  };
  std::int64_t pair = 0;
  for (std::int64_t i = 0; i < classes(); ++i) {
    for (std::int64_t j = i + 1; j < classes(); ++j, ++pair) {
      scores[pair] = static_cast<float>(sum(i, j - 1) + sum(j, i) +
                                        static_cast<double>(s.rho[static_cast<std::size_t>(pair)]));
    }
  }
}

std::size_t Machine::Vote(const float* scores, float* votes) const {
  std::fill_n(votes, classes(), 0.0F);
  std::int64_t pair = 0;
  for (std::int64_t i = 0; i < classes(); ++i) {
    for (std::int64_t j = i + 1; j < classes(); ++j, ++pair) {
      votes[scores[pair] > 0.0F ? i : j] += 1.0F;
    }
  }
  return Best(votes, classes());
}

// T.-F. Wu, C.-J. Lin, R. Weng, "Probability Estimates for Multi-class Classification by Pairwise
// Coupling", 2004, as libsvm has it. `table` has classes * (classes + 1) numbers.
void Machine::Probabilities(const float* scores, float* table, float* answer) const {
  const std::int64_t k = classes();
  float* const q = table + k * k;  // Q * p
  const auto r = [&](std::int64_t i, std::int64_t j) -> float& { return table[i * k + j]; };
  std::int64_t pair = 0;
  for (std::int64_t i = 0; i < k; ++i) {
    r(i, i) = 0.0F;
    for (std::int64_t j = i + 1; j < k; ++j, ++pair) {
      const auto at = static_cast<std::size_t>(pair);
      const float value = Logistic(-(scores[pair] * prob_a[at] + prob_b[at]));
      r(i, j) = std::clamp(value, 1e-7F, 1.0F - 1e-7F);
      r(j, i) = 1.0F - r(i, j);
    }
  }
  if (k == 2) {
    answer[0] = r(0, 1);
    answer[1] = r(1, 0);
    return;
  }
  std::fill_n(answer, k, 1.0F / static_cast<float>(k));
  const auto element = [&](std::int64_t t, std::int64_t j) {
    if (t != j) return -r(j, t) * r(t, j);
    float sum = 0.0F;
    for (std::int64_t i = 0; i < k; ++i) sum += i == t ? 0.0F : r(i, t) * r(i, t);
    return sum;
  };
  const float enough = 0.005F / static_cast<float>(k);
  const int rounds = std::max(100, static_cast<int>(std::min<std::int64_t>(k, 200)));
  for (int round = 0; round < rounds; ++round) {
    float product = 0.0F;
    for (std::int64_t t = 0; t < k; ++t) {
      q[t] = 0.0F;
      for (std::int64_t j = 0; j < k; ++j) q[t] += element(t, j) * answer[j];
      product += answer[t] * q[t];
    }
    float error = 0.0F;
    for (std::int64_t t = 0; t < k; ++t) error = std::max(error, std::fabs(q[t] - product));
    if (error < enough) return;
    for (std::int64_t t = 0; t < k; ++t) {
      const float own = element(t, t);
      const float difference = (product - q[t]) / own;
      answer[t] += difference;
      product = (product + difference * (difference * own + 2.0F * q[t])) / (1.0F + difference) /
                (1.0F + difference);
      for (std::int64_t j = 0; j < k; ++j) {
        q[j] = (q[j] + difference * element(t, j)) / (1.0F + difference);
        answer[j] /= 1.0F + difference;
      }
    }
  }
}

std::size_t Machine::Decide(const float* x, float* scratch, float* answer) const {
  if (of_class.empty()) return DecideLinear(x, answer);
  float* const kernels = scratch;
  float* const scores = kernels + count;
  float* const rest = scores + pairs();
  for (std::int64_t i = 0; i < count; ++i) {
    kernels[i] = static_cast<float>(s.Kernel(x, s.vectors.data() + i * columns, columns));
  }
  PairScores(kernels, scores);
  const std::size_t best = Vote(scores, rest);
  if (!prob_a.empty()) {
    Probabilities(scores, rest, answer);
    return classes() == 2 ? Best(answer, 2) : best;
  }
  if (classes() == 2) {
    answer[0] = scores[0];
    answer[1] = -scores[0];
  } else {
    std::copy_n(scores, pairs(), answer);
  }
  Apply(transform, answer, answers());
  return best;
}

absl::StatusOr<Machine> Read(const NodeView& node, const Table& table) {
  constexpr std::size_t kMostClasses = 1000;
  Attributes attributes(node);
  Machine m;
  absl::StatusOr<SupportVectors> s = ReadSupportVectors(node, attributes);
  if (!s.ok()) return s.status();
  m.s = *std::move(s);
  absl::StatusOr<ClassLabels> labels = ReadClassLabels(node, attributes);
  if (!labels.ok()) return labels.status();
  m.labels = *std::move(labels);
  m.of_class = attributes.Ints("vectors_per_class");
  m.prob_a = attributes.Floats("prob_a");
  m.prob_b = attributes.Floats("prob_b");
  const auto transform = PostTransformOf(node, attributes.Text("post_transform", "NONE"));
  if (!transform.ok()) return transform.status();
  m.transform = *transform;
  if (absl::Status status = attributes.Done(); !status.ok()) return status;
  m.columns = table.columns;
  if (m.labels.size() > kMostClasses) return node.Unsupported("it has too many classes");
  for (const std::int64_t number : m.of_class) {
    m.first.push_back(m.count);
    if (number < 0 || number > kMaxExactInteger) return node.Invalid("vectors_per_class");
    m.count += number;
  }
  const auto pairs = static_cast<std::size_t>(m.pairs());
  const bool fits = m.of_class.empty()
                        ? std::ssize(m.s.coefficients) % m.columns == 0 &&
                              std::ssize(m.s.coefficients) / m.columns >= 1 &&
                              std::ssize(m.s.coefficients) / m.columns <= m.answers()
                        : m.of_class.size() == m.labels.size() && m.classes() > 1 &&
                              std::ssize(m.s.vectors) == m.count * m.columns &&
                              std::ssize(m.s.coefficients) == m.count * (m.classes() - 1) &&
                              m.s.rho.size() >= pairs && m.prob_a.size() == m.prob_b.size() &&
                              (m.prob_a.empty() || m.prob_a.size() >= pairs);
  if (!fits) return node.Invalid("its support vectors and coefficients do not fit its input");
  return m;
}

}  // namespace

// Labels, and scores: probabilities where the file says how, else those of pairs of classes.
absl::StatusOr<Lowered> LowerSVMClassifier(const NodeView& node) {
  const absl::StatusOr<Table> table = TableOf(node);
  if (!table.ok()) return table.status();
  absl::StatusOr<Machine> read = Read(node, *table);
  if (!read.ok()) return read.status();
  const auto m = std::make_shared<const Machine>(*std::move(read));
  const bool scores = node.output_index() == 1;
  Dims dims = table->front;
  if (scores) dims.push_back(m->answers());
  absl::StatusOr<TensorType> output =
      node.Output(std::move(dims), scores ? ElementType::kFloat32 : m->labels.element());
  if (!output.ok()) return output.status();
  const std::int64_t each = std::max(m->count, std::int64_t{1}) * m->columns +
                            std::ssize(m->s.coefficients) + 200 * m->classes() * m->classes();
  auto lowered =
      LowerSamples(node, {0}, *std::move(output), {table->rows * each, 0, m->scratch()},
                   scores ? "support vector scores" : "support vector labels",
                   [m, scores, table = *table](const Sample& sample) {
                     float* const answer = sample.scratch + m->scratch() - m->answers();
                     for (std::int64_t row = 0; row < table.rows; ++row) {
                       const std::size_t best = m->Decide(sample.inputs[0] + row * table.columns,
                                                          sample.scratch, answer);
                       if (scores) {
                         std::copy_n(answer, m->answers(), sample.output + row * m->answers());
                       } else {
                         sample.output[row] = m->labels.values[best];
                       }
                     }
                   });
  if (lowered.ok() && !scores) lowered->texts = m->labels.texts;
  return lowered;
}

}  // namespace biglittle::nn
