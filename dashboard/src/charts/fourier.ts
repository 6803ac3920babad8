// The short-time Fourier transform, for spectrograms.

// In place, radix 2: `real` and `imaginary` have a power of two of elements.
export function transform(real: Float64Array, imaginary: Float64Array): void {
  const size = real.length;
  for (let i = 1, j = 0; i < size; ++i) {
    let bit = size >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      [real[i], real[j]] = [real[j]!, real[i]!];
      [imaginary[i], imaginary[j]] = [imaginary[j]!, imaginary[i]!];
    }
  }
  for (let length = 2; length <= size; length <<= 1) butterflies(real, imaginary, length);
}

function butterflies(real: Float64Array, imaginary: Float64Array, length: number): void {
  const half = length / 2;
  for (let start = 0; start < real.length; start += length) {
    for (let k = 0; k < half; ++k) {
      const angle = (-2 * Math.PI * k) / length;
      const a = start + k;
      const b = a + half;
      const re = real[b]! * Math.cos(angle) - imaginary[b]! * Math.sin(angle);
      const im = real[b]! * Math.sin(angle) + imaginary[b]! * Math.cos(angle);
      real[b] = real[a]! - re;
      imaginary[b] = imaginary[a]! - im;
      real[a]! += re;
      imaginary[a]! += im;
    }
  }
}

// Frames of `size` samples under a Hann window, each its power in decibels from 0 Hz to half the rate.
export function spectrogram(samples: readonly number[], size: number, hop: number): Float64Array[] {
  const frames: Float64Array[] = [];
  for (let start = 0; start + size <= samples.length; start += hop) {
    const real = new Float64Array(size);
    const imaginary = new Float64Array(size);
    for (let i = 0; i < size; ++i) real[i] = samples[start + i]! * 0.5 * (1 - Math.cos((2 * Math.PI * i) / size));
    transform(real, imaginary);
    const power = new Float64Array(size / 2);
    for (let k = 0; k < size / 2; ++k) power[k] = 10 * Math.log10(real[k]! ** 2 + imaginary[k]! ** 2 + 1e-12);
    frames.push(power);
  }
  return frames;
}
