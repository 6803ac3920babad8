// The window behind a result, which an operator has asked the device for.
import { channelsOf, drawImage, drawSpectrogram, drawWaveform, extentOf, hasSpectrogram, kindOf, lengthWords } from '../charts/window';
import type { Snapshot } from '../messages';
import type { Settings } from '../settings';
import type { Device } from '../store/device';
import { className, percent, significant } from '../words';
import { h, replace } from './dom';

export class WindowPanel {
  readonly element = h('section', { class: 'window' });
  private shown: Snapshot | null | undefined = undefined;
  private mayAsk: boolean | null = null;

  constructor(private readonly ask: () => void, private readonly maySteer: () => boolean) {}

  paint(device: Device, settings: Settings): void {
    const mayAsk = this.maySteer();
    if (device.snapshot === this.shown && mayAsk === this.mayAsk) return;
    this.shown = device.snapshot;
    this.mayAsk = mayAsk;
    const button = mayAsk ? h('button', { type: 'button', click: () => this.ask() }, device.snapshot ? 'Take another' : 'Take a snapshot') : null;
    const heading = h('div', { class: 'heading' }, h('h2', {}, 'What the net saw'), button);
    if (!device.snapshot) return replace(this.element, heading, h('p', { class: 'faint' }, mayAsk
      ? 'A snapshot shows the window behind the last reading: a waveform, a spectrogram or an image.'
      : 'The window behind a reading is shown to operators: log in below.'));
    this.show(device.snapshot, heading, settings);
  }

  private show(snapshot: Snapshot, heading: HTMLElement, settings: Settings): void {
    const rate = snapshot.rateHz ?? settings.tasks.get(snapshot.task)?.rateHz;
    const samples = snapshot.shape[snapshot.shape.length - 1]!;
    const isSignal = kindOf(snapshot.shape) === 'signal';
    const sure = snapshot.confidence === undefined ? '' : ` with ${percent(snapshot.confidence)}`;
    const words = `Reading ${snapshot.sequence}${snapshot.label ? `, ${className(snapshot.label)}${sure}` : ''} · ${isSignal ? lengthWords(samples, rate) : snapshot.shape.slice(-2).join(' × ')}`;
    const pictures = h('div', { class: isSignal ? 'signals' : 'image' });
    replace(this.element, heading, h('p', { class: 'faint number' }, words), pictures);
    if (isSignal) this.showSignals(snapshot, pictures);
    else this.showImage(snapshot, pictures);
  }

  private showSignals(snapshot: Snapshot, into: HTMLElement): void {
    const channels = channelsOf(snapshot);
    const extent = Math.max(...channels.map(extentOf));
    channels.forEach((samples, at) => {
      const waveform = h('canvas', { class: 'waveform', role: 'img', 'aria-label': `Channel ${at + 1}, waveform within ± ${significant(extent)}` });
      const caption = h('figcaption', { class: 'faint' }, `channel ${at + 1}`);
      const withSpectrogram = hasSpectrogram(samples);
      const picture = withSpectrogram ? h('canvas', { class: 'spectrogram', role: 'img', 'aria-label': `Channel ${at + 1}, spectrogram` }) : null;
      into.append(h('figure', {}, caption, waveform, picture));
      drawWaveform(waveform, samples, extent);
      if (picture) drawSpectrogram(picture, samples);
    });
  }

  private showImage(snapshot: Snapshot, into: HTMLElement): void {
    const canvas = h('canvas', { role: 'img', 'aria-label': 'The image that the net saw' });
    into.append(canvas);
    canvas.style.aspectRatio = `${snapshot.shape[snapshot.shape.length - 1]} / ${snapshot.shape[snapshot.shape.length - 2]}`;
    drawImage(canvas, snapshot);
  }
}
