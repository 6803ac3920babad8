// Discrete Fourier transforms of one length, by KissFFT. Lengths with a prime factor above 5 go
// through a convolution of a power of two. Source: Bluestein, "A linear filtering approach to the
// computation of discrete Fourier transform", 1970.
//
// Immutable once made, thread-safe; a transform does not allocate.
#pragma once

#include <complex>
#include <cstddef>
#include <memory>
#include <vector>

namespace biglittle::nn {

using ComplexFloat = std::complex<float>;

class Fourier {
 public:
  // length >= 1. `inverse`: the inverse transform, divided by the length.
  Fourier(std::size_t length, bool inverse);
  ~Fourier();
  Fourier(const Fourier&) = delete;
  Fourier& operator=(const Fourier&) = delete;

  std::size_t length() const { return length_; }
  // Of the first half of the transform of real numbers, its middle among them.
  std::size_t bins() const { return length_ / 2 + 1; }
  // What a transform needs beside input and output.
  std::size_t scratch() const { return scratch_; }

  // `length` numbers from `in` to `out`; none of the three overlap.
  void Transform(const ComplexFloat* in, ComplexFloat* out, ComplexFloat* scratch) const;
  // The first `bins` numbers of the transform of `length` real ones; not of an inverse.
  void TransformReal(const float* in, ComplexFloat* out, ComplexFloat* scratch) const;

 private:
  class Smooth;

  const std::size_t length_;
  const bool inverse_;
  std::unique_ptr<const Smooth>
      whole_;  // of the length, or where that is none, of the convolution's
  std::unique_ptr<const Smooth> back_;  // the convolution's inverse
  std::unique_ptr<const Smooth> half_;  // of half the length, for real numbers
  std::vector<ComplexFloat> chirp_;     // empty: the length has no large prime factor
  std::vector<ComplexFloat> filter_;    // the chirp's own transform
  std::size_t scratch_ = 0;
};

}  // namespace biglittle::nn
