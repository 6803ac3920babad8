// Device: does this one work? What it says, since when, why, and what it saw.
import { Timeline } from '../charts/timeline';
import type { Device } from '../store/device';
import { inOrder } from '../store/classes';
import { conditionOf } from '../store/verdict';
import { ago, className, counterName, duration, exactTime, fallbackReason, grouped, milliseconds, percent } from '../words';
import { Confusion } from './confusion';
import { h, replace, setClass, setText, Shape } from './dom';
import { LatencyBar } from './latency_bar';
import { Steering, type Helm } from './steering';
import type { Context, View } from './view';
import { WindowPanel } from './window_panel';

const RANGES: [string, number][] = [['5 min', 300], ['15 min', 900], ['1 h', 3599]];
const SLOW_MS = 1000;

export class DeviceView implements View {
  readonly title: string;
  readonly element: HTMLElement;
  private readonly shape = new Shape();
  private readonly state = h('span', { class: 'state-words' });
  private readonly detail = h('p', { class: 'detail' });
  private readonly about = h('p', { class: 'faint about' });
  private readonly missing = h('p', { class: 'empty' });
  private readonly body = h('div', { class: 'device-body' });
  private readonly hover = h('p', { class: 'faint hover', 'aria-hidden': 'true' });
  private readonly legend = h('ul', { class: 'legend' });
  private readonly ranges = h('div', { class: 'choices', role: 'group', 'aria-label': 'How much of the timeline' });
  private readonly timeline: Timeline;
  private readonly latency = new LatencyBar();
  private readonly decisions = h('div', {});
  private readonly counters = h('div', {});
  private readonly release = h('div', {});
  private readonly confusion: Confusion;
  private readonly window: WindowPanel;
  private readonly steering: Steering;
  private legendFor = '';
  private slowAt = 0;

  constructor(private readonly id: string, private readonly context: Context, helm: Helm) {
    const { store } = context;
    this.title = id;
    this.timeline = new Timeline(store.classes, (words) => setText(this.hover, words));
    this.confusion = new Confusion(store);
    this.steering = new Steering(id, helm, store);
    this.window = new WindowPanel(() => this.steering.snapshot(), () => helm.maySteer());
    for (const [words, seconds] of RANGES) this.ranges.append(this.rangeButton(words, seconds));
    this.body.append(...this.sections());
    this.element = h('article', { class: 'device-page' },
      h('h1', { class: 'device-name' }, h('a', { href: '#/', class: 'faint' }, 'Fleet'), h('span', { class: 'faint', 'aria-hidden': 'true' }, ' / '), id),
      h('p', { class: 'large' }, this.shape.element, this.state), this.detail, this.about, this.missing, this.body);
  }

  paint(now: number): void {
    const device = this.context.store.devices.get(this.id);
    this.body.hidden = !device;
    setText(this.missing, device ? '' : `Nothing has been heard of ${this.id} yet. Is it in the fleet file, and its device_agent running?`);
    if (!device) return setText(this.state, 'not heard of yet');
    this.paintState(device, now);
    this.steering.paint();
    this.window.paint(device, this.context.store.settings);
    if (now - this.slowAt < SLOW_MS) return;
    this.slowAt = now;
    this.timeline.draw(device, now);
    this.timeline.element.setAttribute('aria-label', `Timeline of ${this.id}: ${this.state.textContent}`);
    this.latency.paint(device.latencies.medians());
    this.paintDecisions(device);
    this.paintCounters(device);
    this.paintRelease(device);
    this.paintLegend(device);
    this.confusion.paint(device);
  }

  close(): void {
    this.timeline.close();
  }

  private sections(): HTMLElement[] {
    const part = (title: string, ...children: HTMLElement[]): HTMLElement => h('section', {}, h('h2', {}, title), ...children);
    return [
      h('section', { class: 'timeline-part' }, h('div', { class: 'heading' }, h('h2', {}, 'Timeline'), this.ranges), this.timeline.element, this.hover, this.legend),
      h('div', { class: 'columns' }, part('Where the time goes', this.latency.element), part('Who decides', this.decisions)),
      this.window.element,
      this.confusion.element,
      h('div', { class: 'columns' }, part('Counters that moved', this.counters), part('Release', this.release)),
      this.steering.element,
    ];
  }

  private rangeButton(words: string, seconds: number): HTMLElement {
    const button: HTMLButtonElement = h('button', { type: 'button', 'aria-pressed': String(seconds === this.timeline.seconds), click: () => {
      this.timeline.seconds = seconds;
      for (const other of this.ranges.children) other.setAttribute('aria-pressed', String(other === button));
      this.slowAt = 0;
      this.context.repaint();
    } }, words);
    return button;
  }

  private paintState(device: Device, now: number): void {
    const condition = conditionOf(device, this.context.store.settings);
    this.shape.set(condition.tone);
    setText(this.state, condition.words);
    setClass(this.state, `state-words tone-${condition.tone}`);
    const known = Number.isFinite(condition.since);
    const parts = [known ? `for ${condition.atLeast ? 'at least ' : ''}${duration(now - condition.since)}` : ''];
    if (condition.confidence !== null) parts.push(`confidence ${percent(condition.confidence)}`);
    if (device.last) parts.push(`last result ${ago(now - device.lastResultAt)}`);
    setText(this.detail, parts.filter((part) => part !== '').join(' · '));
    this.detail.title = known ? `since ${exactTime(condition.since)}` : '';
    const deadline = device.last?.latency.deadline || this.context.store.settings.devices.get(this.id)?.deadlineMs;
    setText(this.about, [device.task && `task ${device.task}`, deadline ? `deadline ${milliseconds(deadline)}` : ''].filter(Boolean).join(' · '));
  }

  private paintDecisions(device: Device): void {
    const { decisions } = device;
    const promised = this.context.store.settings.tasks.get(device.task)?.escalation;
    const rows: Fact[] = (['little', 'big', 'fallback'] as const).map((who) => [
      who === 'fallback' ? 'little net, after a fallback' : `${who} net`, decisions.total === 0 ? '–' : percent(decisions.share(who)), `who-${who}`]);
    if (promised !== undefined && decisions.total > 0) rows.push([`escalated; tuning promised ${percent(promised)}`, percent(decisions.escalated()), '']);
    for (const [reason, count] of [...device.fallbacks].sort((a, b) => b[1] - a[1]).slice(0, 5)) rows.push([fallbackReason(reason), grouped(count), 'who-reason']);
    showFacts(this.decisions, rows, decisions.total > 0 ? `of the last ${grouped(decisions.total)} readings` : '');
  }

  private paintCounters(device: Device): void {
    const now = device.status?.counters ?? new Map<string, number>();
    const moved = [...now].filter(([name, value]) => !name.startsWith('mqtt_') && value !== (device.before.get(name) ?? (device.before.size > 0 ? 0 : value)));
    const shown = (moved.length > 0 ? moved : [...now].filter(([name]) => !name.startsWith('mqtt_'))).slice(0, 12);
    showFacts(this.counters, shown.map(([name, value]) => {
      const step = value - (device.before.get(name) ?? value);
      return [counterName(name), step !== 0 ? `${grouped(value)} (${step > 0 ? '+' : '−'}${grouped(Math.abs(step))})` : grouped(value), ''];
    }), shown.length === 0 ? 'It has not said any yet.' : '');
  }

  private paintRelease(device: Device): void {
    const rows: [string, string][] = [...(device.status?.models ?? [])].slice(0, 4).map(([task, digest]) => [`${task}, little net`, digest.slice(0, 12)]);
    if (device.last?.bigModel) rows.push(['big net that answered last', device.last.bigModel.slice(0, 12)]);
    if (device.last?.worker) rows.push(['worker that answered last', device.last.worker]);
    if (device.status?.run) rows.push(['run', device.status.run]);
    showFacts(this.release, rows.map(([words, value]) => [words, value, 'digest']), rows.length === 0 ? 'It has not said yet.' : '');
  }

  // Only classes that this device has had.
  private paintLegend(device: Device): void {
    const { classes, settings } = this.context.store;
    const codes = new Set<number>();
    for (let second = device.history.newest - this.timeline.seconds; second <= device.history.newest; ++second) for (const code of [device.history.classAt(second), device.history.settledAt(second)]) codes.add(code);
    const facts = settings.tasks.get(device.task);
    const order = facts ? inOrder(facts) : [];
    const labels = [...codes].map((code) => classes.at(code)).filter((known) => known !== undefined)
      .sort((a, b) => order.indexOf(a.label) - order.indexOf(b.label));
    const key = labels.map((known) => known.label).join('\n');
    if (key === this.legendFor) return;
    this.legendFor = key;
    const lanes = [['little', 'little net'], ['big', 'big net'], ['fallback', 'fallback']].map(([name, words]) => h('li', {}, h('i', { class: `swatch thin fill-${name}` }), words!));
    replace(this.legend, ...labels.map((known) => h('li', {}, h('i', { class: `swatch fill-${known.colour}` }), className(known.label))), ...lanes);
  }
}

type Fact = [words: string, value: string, kind: string];

function showFacts(into: HTMLElement, facts: Fact[], note: string): void {
  const list = h('dl', { class: 'facts' }, ...facts.map(([words, value, kind]) =>
    h('div', { class: `fact ${kind}` }, h('dt', {}, words), h('dd', { class: 'number' }, value))));
  replace(into, facts.length > 0 ? list : null, note === '' ? null : h('p', { class: 'faint note' }, note));
}
