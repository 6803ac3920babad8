// A device in the list of the fleet.
import { drawStrip } from '../charts/strip';
import type { Device } from '../store/device';
import type { FleetStore } from '../store/fleet_store';
import { conditionOf } from '../store/verdict';
import { ago, duration, exactTime, milliseconds, percent } from '../words';
import { deviceHref, h, setAttribute, setClass, setText, Shape } from './dom';

const FLASH_MS = 1500;
const STRIP_EVERY_MS = 1000;

export class FleetRow {
  readonly element: HTMLElement;
  private readonly shape = new Shape();
  private readonly name = h('a', { class: 'name' });
  private readonly state = h('span', { class: 'words' });
  private readonly since = h('div', { role: 'cell', class: 'since number' });
  private readonly little = h('span', { class: 'part little' });
  private readonly big = h('span', { class: 'part big' });
  private readonly fallback = h('span', { class: 'part fallback' });
  private readonly bar = h('span', { class: 'bar', 'aria-hidden': 'true' }, this.little, this.big, this.fallback);
  private readonly shares = h('span', { class: 'shares number' });
  private readonly decides = h('div', { role: 'cell', class: 'decides' }, this.bar, this.shares);
  private readonly escalated = h('div', { role: 'cell', class: 'escalated number' });
  private readonly roundTrip = h('div', { role: 'cell', class: 'round-trip number' });
  private readonly strip = h('canvas', { class: 'strip', 'aria-hidden': 'true' });
  private readonly seen = h('div', { role: 'cell', class: 'seen number' });
  private shown: Device | null = null;
  private revision = -1;
  private flashed = NaN;
  private painted = 0;
  private stripped = 0;

  constructor(private readonly store: FleetStore) {
    this.element = h('div', { class: 'row', role: 'row' },
      h('div', { role: 'cell', class: 'device' }, this.name),
      h('div', { role: 'cell', class: 'state' }, this.shape.element, this.state),
      this.since, h('div', { role: 'cell', class: 'strip-cell' }, this.strip), this.decides, this.escalated, this.roundTrip, this.seen);
    // The whole row leads there; the name is the link for those who cannot point.
    this.element.addEventListener('click', () => this.name.click());
    this.name.addEventListener('click', (event) => event.stopPropagation());
  }

  show(device: Device, index: number, now: number): void {
    const isOther = this.shown !== device;
    // Times go on by themselves, whatever else stands still.
    const isDue = now - this.painted >= 500;
    if (!isOther && !isDue && this.revision === device.revision) return;
    this.shown = device;
    this.revision = device.revision;
    this.painted = now;
    setText(this.name, device.id);
    setAttribute(this.name, 'href', deviceHref(device.id));
    setAttribute(this.element, 'aria-rowindex', String(index + 2));
    this.showCondition(device, now);
    this.showNumbers(device, now);
    if (isOther) this.flashed = device.changed;
    this.flash(device, now);
    if (isOther || now - this.stripped >= STRIP_EVERY_MS) {
      this.stripped = now;
      drawStrip(this.strip, device, this.store.classes, now);
    }
  }

  private showCondition(device: Device, now: number): void {
    const condition = conditionOf(device, this.store.settings);
    this.shape.set(condition.tone);
    setText(this.state, condition.words);
    setClass(this.state, `words tone-${condition.tone}`);
    const known = Number.isFinite(condition.since);
    setText(this.since, known ? `${condition.atLeast && condition.tone === 'absent' ? '> ' : ''}${duration(now - condition.since)}` : '');
    setAttribute(this.since, 'title', known ? exactTime(condition.since) : '');
    setClass(this.element, condition.tone === 'absent' ? 'row is-absent' : 'row');
  }

  private showNumbers(device: Device, now: number): void {
    const { decisions } = device;
    const has = decisions.total > 0 && device.presence.state !== 'offline' && device.presence.state !== 'stopped';
    setClass(this.decides, has ? 'decides' : 'decides is-empty');
    const shares = has ? [decisions.share('little'), decisions.share('big'), decisions.share('fallback')] : [0, 0, 0];
    [this.little, this.big, this.fallback].forEach((part, at) => {
      const width = `${(shares[at]! * 100).toFixed(1)}%`;
      if (part.style.width !== width) part.style.width = width;
    });
    setText(this.shares, has ? sharesWords(shares[1]!, shares[2]!) : '');
    setText(this.escalated, has ? percent(decisions.escalated()) : '');
    const promised = this.store.settings.tasks.get(device.task)?.escalation;
    setAttribute(this.escalated, 'title', promised === undefined ? '' : `tuning promised ${percent(promised)}`);
    const roundTrip = has ? device.latencies.roundTrip() : null;
    setText(this.roundTrip, roundTrip === null ? '' : milliseconds(roundTrip));
    setText(this.seen, Number.isFinite(device.lastSeen) ? ago(now - device.lastSeen) : 'never');
  }

  // Once, where something changed; the style sheet says how, and whether at all.
  private flash(device: Device, now: number): void {
    if (!Number.isFinite(device.changed) || device.changed === this.flashed || now - device.changed > FLASH_MS) return;
    this.flashed = device.changed;
    this.element.classList.add('flash');
    setTimeout(() => this.element.classList.remove('flash'), 250);
  }
}

// Of a hundred readings: little, big, fallback. Rounded one by one they might not be a hundred.
function sharesWords(big: number, fallback: number): string {
  const [ofBig, ofFallback] = [Math.round(big * 100), Math.round(fallback * 100)];
  return `${100 - ofBig - ofFallback}/${ofBig}/${ofFallback}`;
}
