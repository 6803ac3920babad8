import assert from 'node:assert/strict';
import { test } from 'node:test';
import { spectrogram, transform } from '../../src/charts/fourier';
import { channelsOf, kindOf } from '../../src/charts/window';
import { Notifier } from '../../src/notifier';

test('the transform of a cosine is its own bin', () => {
  const size = 64;
  const real = Float64Array.from({ length: size }, (_, i) => Math.cos((2 * Math.PI * 5 * i) / size));
  const imaginary = new Float64Array(size);
  transform(real, imaginary);
  real.forEach((value, bin) => assert.ok(Math.abs(value - (bin === 5 || bin === size - 5 ? size / 2 : 0)) < 1e-9, `bin ${bin}: ${value}`));
});

test('a spectrogram is loudest where the tone is', () => {
  const tone = Array.from({ length: 1024 }, (_, i) => Math.sin((2 * Math.PI * 16 * i) / 128));
  for (const frame of spectrogram(tone, 128, 64)) assert.equal(frame.indexOf(Math.max(...frame)), 16);
});

test('what a window is, its shape says', () => {
  assert.equal(kindOf([3, 1024]), 'signal');
  assert.equal(kindOf([16000]), 'signal');
  assert.equal(kindOf([1, 28, 28]), 'image');
  assert.equal(kindOf([3, 32, 32]), 'image');
  assert.equal(kindOf([40, 101]), 'image');
  const snapshot = { device: 'a', sequence: '1', task: '', dtype: '', shape: [2, 2], window: [1, 2, 3, 4], label: '', decidedBy: '', captured: NaN };
  assert.deepEqual(channelsOf(snapshot), [[1, 2], [3, 4]]);
});

test('the same device and class notify once in a while', () => {
  const notifier = new Notifier();
  assert.equal(notifier.isDue('pump-1', 0), true);
  assert.equal(notifier.isDue('pump-1', 60_000), false);
  assert.equal(notifier.isDue('pump-2', 60_000), true);
  assert.equal(notifier.isDue('pump-1', 6 * 60_000), true);
});
