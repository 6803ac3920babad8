#include "nn/kernel/fourier.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <numbers>

#include <kissfft/kissfft.hh>

namespace biglittle::nn {
namespace {

// Only with these factors KissFFT's class neither allocates nor writes to itself while it
// transforms.
bool IsSmooth(std::size_t length) {
  for (const std::size_t factor : {2, 3, 5}) {
    while (length % factor == 0) length /= factor;
  }
  return length == 1;
}

}  // namespace

class Fourier::Smooth {
 public:
  Smooth(std::size_t length, bool inverse) : transform_(length, inverse) {}
  const kissfft<float>& operator*() const { return transform_; }
  const kissfft<float>* operator->() const { return &transform_; }

 private:
  const kissfft<float> transform_;
};

Fourier::Fourier(std::size_t length, bool inverse) : length_(length), inverse_(inverse) {
  if (!inverse && length % 2 == 0 && IsSmooth(length / 2)) {
    half_ = std::make_unique<Smooth>(length / 2, false);
  }
  if (IsSmooth(length)) {
    whole_ = std::make_unique<Smooth>(length, inverse);
    if (half_ == nullptr) scratch_ = 2 * length;
    return;
  }
  const std::size_t size = std::bit_ceil(2 * length - 1);
  whole_ = std::make_unique<Smooth>(size, false);
  back_ = std::make_unique<Smooth>(size, true);
  scratch_ = 2 * size + 2 * length;
  std::vector<ComplexFloat> ringing(size);
  for (std::size_t k = 0; k < length; ++k) {
    // k * k modulo twice the length keeps the angle small, and so exact.
    const auto turned = static_cast<double>(std::uint64_t{k} * k % (2 * length));
    const double angle =
        (inverse ? 1.0 : -1.0) * std::numbers::pi * turned / static_cast<double>(length);
    chirp_.emplace_back(static_cast<float>(std::cos(angle)), static_cast<float>(std::sin(angle)));
    ringing[k] = ringing[(size - k) % size] = std::conj(chirp_.back());
  }
  filter_.resize(size);
  (*whole_)->transform(ringing.data(), filter_.data());
  for (ComplexFloat& value : filter_) value /= static_cast<float>(size);
}

Fourier::~Fourier() = default;

void Fourier::Transform(const ComplexFloat* in, ComplexFloat* out, ComplexFloat* scratch) const {
  if (chirp_.empty()) {
    (*whole_)->transform(in, out);
  } else {
    const std::size_t size = filter_.size();
    ComplexFloat* const padded = scratch;
    ComplexFloat* const there = scratch + size;
    for (std::size_t k = 0; k < length_; ++k) padded[k] = in[k] * chirp_[k];
    std::fill(padded + length_, padded + size, ComplexFloat());
    (*whole_)->transform(padded, there);
    for (std::size_t k = 0; k < size; ++k) there[k] *= filter_[k];
    (*back_)->transform(there, padded);
    for (std::size_t k = 0; k < length_; ++k) out[k] = padded[k] * chirp_[k];
  }
  if (!inverse_) return;
  for (std::size_t k = 0; k < length_; ++k) out[k] /= static_cast<float>(length_);
}

void Fourier::TransformReal(const float* in, ComplexFloat* out, ComplexFloat* scratch) const {
  if (half_ != nullptr) {
    (*half_)->transform_real(in, out);  // the middle, which is real, beside the first
    const float middle = out[0].imag();
    out[0] = out[0].real();
    out[length_ / 2] = middle;
    return;
  }
  ComplexFloat* const given = scratch;
  ComplexFloat* const all = scratch + length_;
  std::copy_n(in, length_, given);
  Transform(given, all, scratch + 2 * length_);
  std::copy_n(all, bins(), out);
}

}  // namespace biglittle::nn
