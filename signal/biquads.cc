#include "signal/biquads.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace biglittle {
namespace {

// A state that decays to numbers without a full mantissa would slow the processor down by a
// hundred. Far below what a float can tell.
constexpr double kSilence = 1e-200;

double Step(const FilterSection& section, double value, double& first, double& second) {
  const double out = section.b0 * value + first;
  first = section.b1 * value - section.a1 * out + second;
  second = section.b2 * value - section.a2 * out;
  return out;
}

}  // namespace

absl::StatusOr<Biquads> Biquads::MakeButterworth(const FilterOptions& options, double rate_hz,
                                                 std::size_t channels) {
  auto sections = DesignButterworth(options, rate_hz);
  if (!sections.ok()) return sections.status();
  return Biquads(std::move(*sections), channels);
}

Biquads::Biquads(std::vector<FilterSection> sections, std::size_t channels)
    : sections_(std::move(sections)),
      channels_(channels),
      states_(sections_.size() * 2 * channels) {}

// Channel after channel in the innermost loop: they do not wait for each other, as frames do.
void Biquads::Filter(std::span<double> frames) {
  double* first = states_.data();
  for (const FilterSection& section : sections_) {
    double* second = first + channels_;
    for (std::size_t i = 0; i + channels_ <= frames.size(); i += channels_) {
      double* frame = frames.data() + i;
      for (std::size_t channel = 0; channel < channels_; ++channel) {
        frame[channel] = Step(section, frame[channel], first[channel], second[channel]);
      }
    }
    first += 2 * channels_;
  }
  for (double& state : states_) {
    if (std::fabs(state) < kSilence) state = 0.0;
  }
}

void Biquads::Reset() { std::fill(states_.begin(), states_.end(), 0.0); }

void Biquads::Settle(std::span<const double> frame) {
  for (std::size_t channel = 0; channel < channels_; ++channel) {
    double value = frame[channel];
    double* states = states_.data() + channel;
    for (const FilterSection& section : sections_) {
      const auto& [b0, b1, b2, a1, a2] = section;
      const double out = value * (b0 + b1 + b2) / (1.0 + a1 + a2);
      states[channels_] = b2 * value - a2 * out;
      states[0] = b1 * value - a1 * out + states[channels_];
      states += 2 * channels_;
      value = out;
    }
  }
}

}  // namespace biglittle
