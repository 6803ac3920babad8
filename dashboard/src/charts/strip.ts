// The last minutes of a device in one line of a list: its classes as a band.
import type { Classes } from '../store/classes';
import type { Device } from '../store/device';
import { NO_CLASS } from '../store/history';
import { colour, sharpContext } from './palette';

export const STRIP_SECONDS = 300;
const BUCKETS = 100;

export function drawStrip(canvas: HTMLCanvasElement, device: Device, classes: Classes, now: number): void {
  const width = canvas.clientWidth;
  const height = canvas.clientHeight;
  const context = sharpContext(canvas, width, height);
  if (!context) return;
  // Where nothing is known, a line: there was time before this page.
  context.fillStyle = colour('line');
  context.fillRect(0, Math.floor(height / 2), width, 1);
  if (!device.hasHistory) return;
  const seconds = STRIP_SECONDS / BUCKETS;
  // Buckets stand still while time goes on, else the band would shimmer.
  const end = Math.floor(now / 1000 / seconds) + 1;
  // Runs at once: bucket by bucket there would be seams.
  let from = 0;
  let code = NO_CLASS;
  for (let bucket = 0; bucket <= BUCKETS; ++bucket) {
    const next = bucket === BUCKETS ? NO_CLASS : lastIn(device, (end - BUCKETS + bucket) * seconds, seconds);
    if (next === code) continue;
    if (code !== NO_CLASS) {
      context.fillStyle = colour(classes.at(code)?.colour ?? 'class-other');
      context.fillRect((from * width) / BUCKETS, 0, ((bucket - from) * width) / BUCKETS, height);
    }
    from = bucket;
    code = next;
  }
}

function lastIn(device: Device, from: number, seconds: number): number {
  for (let second = from + seconds - 1; second >= from; --second) {
    const code = device.history.settledAt(second);
    if (code !== NO_CLASS) return code;
  }
  return NO_CLASS;
}
