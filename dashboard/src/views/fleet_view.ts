// Fleet: is all well? One sentence, then everything.
import type { Device } from '../store/device';
import { compareNames, conditionOf, rankOf } from '../store/verdict';
import { concernCards, ConcernSentence } from './concerns';
import { h, replace, setAttribute, setText } from './dom';
import { FleetRow } from './fleet_row';
import type { Context, View } from './view';
import { VirtualRows } from './virtual_rows';

type SortKey = 'device' | 'state' | 'since' | 'escalated' | 'round-trip' | 'seen';

const FILTERS: [string, string][] = [
  ['all', 'All'], ['unwell', 'Not well'], ['alarm', 'Alarm'], ['attention', 'Attention'], ['well', 'Well'], ['absent', 'Offline'],
];
const COLUMNS: [string, string, SortKey | null, string][] = [
  ['device', 'Device', 'device', ''], ['state', 'State', 'state', ''], ['since', 'Since', 'since', 'number'],
  ['strip-cell', 'Last 5 min', null, ''], ['decides', 'Who decides', null, ''],
  ['escalated', 'Escalated', 'escalated', 'number'], ['round-trip', 'Round trip', 'round-trip', 'number'], ['seen', 'Last', 'seen', 'number'],
];
const ARRANGE_EVERY_MS = 1000;

export class FleetView implements View {
  readonly title = 'Fleet';
  readonly element: HTMLElement;
  private readonly sentence: ConcernSentence;
  private readonly cards = h('div', { class: 'cards' });
  private readonly rows: VirtualRows<Device, FleetRow>;
  private readonly table: HTMLElement;
  private readonly empty = h('p', { class: 'empty' });
  private readonly found = h('span', { class: 'faint number' });
  private readonly heads = new Map<SortKey, HTMLElement>();
  private readonly search = h('input', { type: 'search', placeholder: 'Search', 'aria-label': 'Search devices by name or state' });
  private readonly filter = h('select', { 'aria-label': 'Which devices' });
  private sortKey: SortKey = 'device';
  private isDescending = false;
  private arrangedAt = 0;
  private arrangedFor = -1;
  private cardsFor = '';
  private devices: Device[] = [];
  private now = 0;

  constructor(private readonly context: Context) {
    const { store } = context;
    this.sentence = new ConcernSentence(store);
    this.rows = new VirtualRows<Device, FleetRow>(() => new FleetRow(store), (row, device, index) => row.show(device, index, this.now));
    for (const [value, words] of FILTERS) this.filter.append(h('option', { value }, words));
    for (const control of [this.search, this.filter]) control.addEventListener('input', () => this.rearrange());
    this.table = h('div', { role: 'table', class: 'fleet-table', 'aria-label': 'Devices' },
      h('div', { role: 'rowgroup', class: 'head' }, h('div', { role: 'row', class: 'row' }, ...COLUMNS.map((column) => this.head(...column)))),
      this.rows.element);
    this.element = h('div', { class: 'fleet' }, this.sentence.element, this.sentence.announcement, this.cards,
      h('div', { class: 'tools' }, this.search, this.filter, this.found), this.table, this.empty);
  }

  paint(now: number): void {
    this.now = now;
    this.sentence.paint(now);
    this.paintCards();
    const { devices } = this.context.store;
    if (now - this.arrangedAt >= ARRANGE_EVERY_MS || devices.size !== this.arrangedFor) this.arrange(now);
    this.rows.paint();
  }

  private head(name: string, words: string, key: SortKey | null, kind: string): HTMLElement {
    const cell = h('div', { role: 'columnheader', class: `${name} ${kind}` });
    if (key === null) {
      cell.append(words);
    } else {
      cell.append(h('button', { type: 'button', click: () => this.sortBy(key) }, words));
      this.heads.set(key, cell);
    }
    return cell;
  }

  private sortBy(key: SortKey): void {
    this.isDescending = this.sortKey === key ? !this.isDescending : key === 'escalated' || key === 'round-trip';
    this.sortKey = key;
    this.rearrange();
  }

  private rearrange(): void {
    this.arrangedAt = 0;
    this.context.repaint();
  }

  private arrange(now: number): void {
    const { store } = this.context;
    this.arrangedAt = now;
    this.arrangedFor = store.devices.size;
    const wanted = this.search.value.trim().toLowerCase();
    this.devices = [...store.devices.values()].filter((device) => this.matches(device, wanted));
    const sign = this.isDescending ? -1 : 1;
    const by = this.measure(now);
    this.devices.sort((a, b) => sign * by(a, b) || compareNames(a.id, b.id));
    this.rows.setItems(this.devices);
    setAttribute(this.table, 'aria-rowcount', String(this.devices.length + 1));
    for (const [key, cell] of this.heads) {
      setAttribute(cell, 'aria-sort', key !== this.sortKey ? 'none' : this.isDescending ? 'descending' : 'ascending');
    }
    const isWhole = this.devices.length === store.devices.size;
    setText(this.found, isWhole ? '' : `${this.devices.length} of ${store.devices.size}`);
    this.table.hidden = this.devices.length === 0;
    setText(this.empty, this.devices.length > 0 ? '' : emptyWords(store.devices.size));
  }

  private matches(device: Device, wanted: string): boolean {
    const condition = conditionOf(device, this.context.store.settings);
    const kind = this.filter.value;
    const isOfKind = kind === 'all' || condition.tone === kind || (kind === 'unwell' && condition.tone !== 'well' && condition.tone !== 'neutral');
    return isOfKind && (wanted === '' || `${device.id} ${condition.words} ${device.task}`.toLowerCase().includes(wanted));
  }

  private measure(now: number): (a: Device, b: Device) => number {
    const { settings } = this.context.store;
    const value = (of: (device: Device) => number) => {
      const known = new Map(this.devices.map((device) => [device, of(device)]));
      return (a: Device, b: Device): number => (known.get(a) ?? 0) - (known.get(b) ?? 0);
    };
    switch (this.sortKey) {
      case 'device': return (a, b) => compareNames(a.id, b.id);
      case 'state': return value((device) => rankOf(conditionOf(device, settings).tone));
      case 'since': return value((device) => now - (conditionOf(device, settings).since || 0));
      case 'escalated': return value((device) => device.decisions.escalated());
      case 'round-trip': return value((device) => device.latencies.roundTrip() ?? 0);
      case 'seen': return value((device) => now - (device.lastSeen || 0));
    }
  }

  private paintCards(): void {
    const { concerns } = this.sentence;
    const key = JSON.stringify(concerns.slice(0, 12));
    if (key === this.cardsFor) return;
    this.cardsFor = key;
    replace(this.cards, ...concernCards(concerns));
  }
}

function emptyWords(all: number): string {
  if (all > 0) return 'No device matches. Clear the search, or choose “All”.';
  return 'Waiting for the fleet. A device appears here as soon as it has connected to this broker; is its device_agent running?';
}
