// What was decided against what it truly was, where the source knows the truth (a replay, a simulation).
import type { Device } from '../store/device';
import type { FleetStore } from '../store/fleet_store';
import { className, grouped, percent } from '../words';
import { h, replace } from './dom';

export class Confusion {
  readonly element = h('section', { class: 'confusion' });
  private total = -1;

  constructor(private readonly store: FleetStore) {}

  paint(device: Device): void {
    let total = 0;
    for (const count of device.confusion.values()) total += count;
    const labels = this.store.settings.tasks.get(device.task)?.labels ?? [];
    this.element.hidden = total === 0 || labels.length === 0;
    if (this.element.hidden || total === this.total) return;
    this.total = total;
    const used = labels.map((_, index) => index).filter((index) =>
      labels.some((_, other) => device.confused(index, other) > 0 || device.confused(other, index) > 0));
    const right = labels.reduce((sum, _, index) => sum + device.confused(index, index), 0);
    const head = h('tr', {}, h('td', {}), ...used.map((index) => h('th', { scope: 'col' }, h('span', {}, className(labels[index]!)))));
    const rows = used.map((truth) => {
      const all = used.reduce((sum, decided) => sum + device.confused(truth, decided), 0);
      return h('tr', {}, h('th', { scope: 'row' }, className(labels[truth]!)), ...used.map((decided) => cellOf(device, truth, decided, all)));
    });
    const all = `${percent(right / total)} of ${grouped(total)} readings right, since this page was opened.`;
    const heading = h('h2', {}, 'Against the truth');
    if (right === total) return replace(this.element, heading, h('p', { class: 'faint' }, all));
    replace(this.element, heading, h('p', { class: 'faint' }, `${all} A row is what it was, a column what was decided.`),
      h('div', { class: 'scroller', tabindex: '0', role: 'region', 'aria-label': 'Confusion matrix' }, h('table', {}, h('thead', {}, head), h('tbody', {}, ...rows))));
  }
}

function cellOf(device: Device, truth: number, decided: number, all: number): HTMLElement {
  const count = device.confused(truth, decided);
  const cell = h('td', { class: `number ${count === 0 ? 'is-none' : truth === decided ? 'is-right' : 'is-wrong'}` }, count === 0 ? '·' : grouped(count));
  if (count > 0) cell.style.setProperty('--share', `${Math.round((count / all) * 100)}%`);
  return cell;
}
