// Events: what changed? A list that reads like a log.
import type { EventKind, FleetEvent } from '../store/events';
import { clock, exactTime, grouped } from '../words';
import { deviceHref, h, setAttribute, setText, Shape } from './dom';
import type { Notifier } from '../notifier';
import type { Context, View } from './view';
import { VirtualRows } from './virtual_rows';

const KINDS: [EventKind | 'all', string][] = [
  ['all', 'All'], ['state', 'States'], ['presence', 'Online and offline'], ['fallback', 'Fallbacks'], ['refused', 'Refused messages'], ['steering', 'Steering'], ['link', 'This page'],
];
const SPANS: [string, number][] = [['since this page was opened', 0], ['of the last 5 min', 300_000], ['of the last hour', 3_600_000]];

export class EventsView implements View {
  readonly title = 'Events';
  readonly element: HTMLElement;
  private readonly rows: VirtualRows<FleetEvent, EventRow>;
  private readonly kind = h('select', { 'aria-label': 'Which events' });
  private readonly span = h('select', { 'aria-label': 'Since when' });
  private readonly search = h('input', { type: 'search', placeholder: 'Search', 'aria-label': 'Search events' });
  private readonly empty = h('p', { class: 'empty' });
  private readonly notify = h('button', { type: 'button' });
  private readonly table: HTMLElement;
  private revision = -1;
  private at = 0;

  constructor(private readonly context: Context, private readonly notifier: Notifier) {
    this.rows = new VirtualRows<FleetEvent, EventRow>(() => new EventRow(), (row, event) => row.show(event));
    this.kind.append(...KINDS.map(([value, words]) => h('option', { value }, words)));
    this.span.append(...SPANS.map(([words, ms]) => h('option', { value: String(ms) }, words)));
    for (const control of [this.kind, this.span, this.search]) control.addEventListener('input', () => {
      this.revision = -1;
      context.repaint();
    });
    this.notify.addEventListener('click', () => void notifier.ask().then(() => context.repaint()));
    this.table = h('div', { role: 'table', 'aria-label': 'Events, the newest first', class: 'events-table' },
      h('div', { role: 'rowgroup', class: 'unseen' }, h('div', { role: 'row' }, ...['Time', 'Who', 'What', 'How often'].map((words) => h('span', { role: 'columnheader' }, words)))), this.rows.element);
    this.element = h('div', { class: 'events' }, h('h1', { class: 'unseen' }, 'Events'),
      h('div', { class: 'tools' }, this.search, this.kind, this.span, this.notify), this.table, this.empty);
  }

  paint(now: number): void {
    setText(this.notify, this.notifier.words());
    this.notify.hidden = this.notifier.words() === '';
    const { events } = this.context.store;
    if (events.revision !== this.revision || now - this.at > 5000) {
      this.revision = events.revision;
      this.at = now;
      this.arrange(now);
    }
    this.rows.paint();
  }

  private arrange(now: number): void {
    const wanted = this.search.value.trim().toLowerCase();
    const span = Number(this.span.value);
    const list = this.context.store.events.list.filter((event) =>
      (this.kind.value === 'all' || event.kind === this.kind.value) && (span === 0 || event.latest >= now - span) &&
      (wanted === '' || `${event.subject} ${event.text}`.toLowerCase().includes(wanted)));
    list.reverse();
    this.rows.setItems(list);
    this.table.hidden = list.length === 0;
    setAttribute(this.table, 'aria-rowcount', String(list.length + 1));
    setText(this.empty, list.length > 0 ? '' : this.context.store.events.list.length > 0
      ? 'No event matches. Clear the search, or choose “All”.'
      : 'Nothing has changed since this page was opened. Changes of state, fallbacks, who comes and goes, and refused messages will stand here.');
  }
}

class EventRow {
  readonly element: HTMLElement;
  private readonly time = h('time', { role: 'cell', class: 'time number faint' });
  private readonly shape = new Shape();
  private readonly who = h('a', { class: 'name' });
  private readonly text = h('span', { class: 'text' });
  private readonly count = h('span', { class: 'count faint number', role: 'cell' });
  private shown: FleetEvent | null = null;
  private shownCount = 0;

  constructor() {
    this.element = h('div', { class: 'row', role: 'row' }, this.time, h('span', { role: 'cell', class: 'who' }, this.shape.element, this.who),
      h('span', { role: 'cell', class: 'what' }, this.text), this.count);
  }

  show(event: FleetEvent): void {
    if (event === this.shown && event.count === this.shownCount) return;
    this.shown = event;
    this.shownCount = event.count;
    setText(this.time, clock(event.time));
    setAttribute(this.time, 'title', exactTime(event.time));
    this.shape.set(event.tone);
    setText(this.who, event.subject);
    setAttribute(this.who, 'href', event.role === 'device' ? deviceHref(event.subject) : event.role === 'worker' ? '#/workers' : '#/');
    setText(this.text, event.text);
    setText(this.count, event.count > 1 ? `${grouped(event.count)} times, last ${clock(event.latest)}` : '');
  }
}


