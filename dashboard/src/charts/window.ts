// The window behind a result: a waveform by channel, a spectrogram, or an image; which, its shape says.
import type { Snapshot } from '../messages';
import { significant } from '../words';
import { spectrogram } from './fourier';
import { colour, sharpContext } from './palette';

const MOST_CHANNELS = 16;
const MOST_SHOWN = 9;
const LEAST_SPECTROGRAM = 256;

export type WindowKind = 'signal' | 'image';

// [channels, samples] or [samples] are signals, [channels, height, width] and taller planes images.
export function kindOf(shape: readonly number[]): WindowKind {
  const sizes = shape.length > 1 && shape[0] === 1 && shape.length > 2 ? shape.slice(1) : shape;
  if (sizes.length === 1) return 'signal';
  if (sizes.length === 2) return sizes[0]! <= MOST_CHANNELS ? 'signal' : 'image';
  return 'image';
}

export function channelsOf(snapshot: Snapshot): number[][] {
  const samples = snapshot.shape[snapshot.shape.length - 1]!;
  const count = Math.min(MOST_SHOWN, snapshot.window.length / samples);
  return Array.from({ length: count }, (_, channel) => snapshot.window.slice(channel * samples, (channel + 1) * samples));
}

// The least and the greatest of each pixel's samples, so that no peak is lost.
export function drawWaveform(canvas: HTMLCanvasElement, samples: readonly number[], extent: number): void {
  const width = canvas.clientWidth;
  const height = canvas.clientHeight;
  const context = sharpContext(canvas, width, height);
  if (!context || samples.length === 0) return;
  const y = (value: number): number => height / 2 - (value / (extent || 1)) * (height / 2 - 2);
  context.fillStyle = colour('line');
  context.fillRect(0, Math.round(height / 2), width, 1);
  context.strokeStyle = colour('ink');
  context.lineWidth = 1;
  context.beginPath();
  for (let pixel = 0; pixel < width; ++pixel) {
    const from = Math.floor((pixel * samples.length) / width);
    const to = Math.max(from + 1, Math.ceil(((pixel + 1) * samples.length) / width));
    const part = samples.slice(from, to);
    context.lineTo(pixel, y(Math.min(...part)));
    context.lineTo(pixel, y(Math.max(...part)));
  }
  context.stroke();
}

export function hasSpectrogram(samples: readonly number[]): boolean {
  return samples.length >= LEAST_SPECTROGRAM;
}

// Time to the right, frequency upwards, power from the ground's colour to that of the big net.
export function drawSpectrogram(canvas: HTMLCanvasElement, samples: readonly number[]): void {
  const size = samples.length >= 4096 ? 256 : 128;
  const frames = spectrogram(samples, size, Math.max(8, Math.floor(samples.length / 160)));
  const width = canvas.clientWidth;
  const height = canvas.clientHeight;
  const context = sharpContext(canvas, width, height);
  if (!context || frames.length === 0) return;
  const bins = frames[0]!.length;
  const image = new ImageData(frames.length, bins);
  const sorted = Float64Array.from(frames.flatMap((frame) => [...frame])).sort();
  const top = sorted[sorted.length - 1]!;
  const bottom = Math.max(top - 60, sorted[Math.floor(sorted.length * 0.1)]!);
  frames.forEach((frame, x) => {
    frame.forEach((power, bin) => {
      const [red, green, blue] = heat((power - bottom) / (top - bottom || 1));
      image.data.set([red, green, blue, 255], ((bins - 1 - bin) * frames.length + x) * 4);
    });
  });
  paintScaled(context, image, width, height, true);
}

// Rising in lightness all the way, so that it reads without colours too (after matplotlib's viridis).
const HEAT: [number, number, number][] = [[68, 1, 84], [59, 82, 139], [33, 145, 140], [94, 201, 98], [253, 231, 37]];

function heat(share: number): [number, number, number] {
  const at = Math.min(1, Math.max(0, share)) * (HEAT.length - 1);
  const from = HEAT[Math.floor(at)]!;
  const to = HEAT[Math.min(HEAT.length - 1, Math.floor(at) + 1)]!;
  const rest = at - Math.floor(at);
  return [0, 1, 2].map((part) => Math.round(from[part]! + (to[part]! - from[part]!) * rest)) as [number, number, number];
}

export function drawImage(canvas: HTMLCanvasElement, snapshot: Snapshot): void {
  const { shape, window: values } = snapshot;
  const width = shape[shape.length - 1]!;
  const height = shape[shape.length - 2]!;
  const planes = Math.min(3, values.length / (width * height));
  const least = values.reduce((a, b) => Math.min(a, b), Infinity);
  const greatest = values.reduce((a, b) => Math.max(a, b), -Infinity);
  const image = new ImageData(width, height);
  const level = (value: number): number => ((value - least) / (greatest - least || 1)) * 255;
  for (let pixel = 0; pixel < width * height; ++pixel) {
    for (let part = 0; part < 3; ++part) image.data[pixel * 4 + part] = level(values[(planes === 3 ? part : 0) * width * height + pixel]!);
    image.data[pixel * 4 + 3] = 255;
  }
  const context = sharpContext(canvas, canvas.clientWidth, canvas.clientHeight);
  if (context) paintScaled(context, image, canvas.clientWidth, canvas.clientHeight, false);
}

function paintScaled(context: CanvasRenderingContext2D, image: ImageData, width: number, height: number, smooth: boolean): void {
  const small = document.createElement('canvas');
  small.width = image.width;
  small.height = image.height;
  small.getContext('2d')?.putImageData(image, 0, 0);
  context.imageSmoothingEnabled = smooth;
  context.drawImage(small, 0, 0, width, height);
}

export function extentOf(samples: readonly number[]): number {
  return samples.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

export function lengthWords(samples: number, rateHz: number | undefined): string {
  return rateHz ? `${significant((samples / rateHz) * 1000)} ms at ${significant(rateHz)} Hz` : `${samples} samples`;
}
