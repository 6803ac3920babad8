// Where the time of a reading goes that the big net decides: a bar of its parts, each in words too.
import type { LatencySplit } from '../store/recent';
import { milliseconds } from '../words';
import { h, replace } from './dom';

const PARTS: [keyof LatencySplit, string][] = [
  ['little', 'little net'], ['network', 'network and broker'], ['queue', 'queue at the worker'], ['big', 'big net'],
];

export class LatencyBar {
  readonly element = h('div', { class: 'latency' });
  private shown = '';

  paint(split: LatencySplit | null): void {
    const key = JSON.stringify(split);
    if (key === this.shown) return;
    this.shown = key;
    if (!split) return replace(this.element, h('p', { class: 'faint' }, 'The big net has decided nothing yet since this page was opened.'));
    const sum = PARTS.reduce((total, [part]) => total + split[part], 0) || 1;
    const bar = h('div', { class: 'stack', 'aria-hidden': 'true' }, ...PARTS.map(([part]) => {
      const piece = h('span', { class: `fill-time-${part}` });
      piece.style.width = `${(split[part] / sum) * 100}%`;
      return piece;
    }));
    const legend = h('dl', { class: 'facts' }, ...PARTS.map(([part, words]) =>
      h('div', { class: 'fact' }, h('dt', {}, h('i', { class: `swatch fill-time-${part}` }), words), h('dd', { class: 'number' }, milliseconds(split[part])))));
    replace(this.element, bar, legend,
      h('p', { class: 'faint' }, `Half of the readings that went to the cloud took ${milliseconds(split.total)} or less; the deadline is ${milliseconds(split.deadline)}.`));
  }
}
