// Workers: does the cloud keep up?
import type { Worker } from '../store/device';
import { compareNames } from '../store/verdict';
import { duration, exactTime, grouped, milliseconds, percent, plural, significant } from '../words';
import { deviceHref, h, replace, setText, Shape } from './dom';
import type { Context, View } from './view';

const EVERY_MS = 1000;
const MANY_WAIT = 100;
const HEADS = ['Worker', 'State', 'Since', 'Answers a second', 'Batch', 'Queue', 'Big net', 'Refused', 'Most of it for'];

export class WorkersView implements View {
  readonly title = 'Workers';
  readonly element: HTMLElement;
  private readonly sentence = h('h1', { class: 'large' });
  private readonly detail = h('p', { class: 'faint' });
  private readonly body = h('tbody', {});
  private readonly empty = h('p', { class: 'empty' });
  private readonly scroller: HTMLElement;
  private at = 0;

  constructor(private readonly context: Context) {
    this.scroller = h('div', { class: 'scroller', tabindex: '0', role: 'region', 'aria-label': 'Workers' },
      h('table', { class: 'workers-table' }, h('thead', {}, h('tr', {}, ...HEADS.map((words, at) => h('th', { scope: 'col', class: at > 1 && at < 8 ? 'number' : '' }, words)))), this.body));
    this.element = h('div', { class: 'workers' }, this.sentence, this.detail, this.scroller, this.empty);
  }

  paint(now: number): void {
    if (now - this.at < EVERY_MS) return;
    this.at = now;
    const workers = [...this.context.store.workers.values()].sort((a, b) => compareNames(a.id, b.id));
    const [sentence, detail] = sentenceOf(workers);
    setText(this.sentence, sentence);
    setText(this.detail, detail);
    this.scroller.hidden = workers.length === 0;
    setText(this.empty, workers.length > 0 ? '' : 'No worker has been heard of yet. Devices answer by their little nets meanwhile; is a cloud_worker running?');
    // Whoever has put the focus on a link keeps it.
    if (this.body.contains(document.activeElement) && document.activeElement !== document.body) return;
    replace(this.body, ...workers.map((worker) => rowOf(worker, now)));
  }
}

function sentenceOf(workers: readonly Worker[]): [string, string] {
  const online = workers.filter((worker) => worker.presence.state === 'online');
  if (workers.length === 0) return ['No worker yet', ''];
  if (online.length === 0) return ['No worker is online', 'Devices answer by their little nets.'];
  const waiting = online.reduce((sum, worker) => sum + worker.counter('queue_depth'), 0);
  const rate = online.reduce((sum, worker) => sum + (worker.rate('answered') ?? 0), 0);
  const many = `${online.length} of ${plural(workers.length, 'worker')} online`;
  const detail = rate > 0 ? `${many} · ${significant(rate)} readings a second answered` : many;
  return [waiting > MANY_WAIT ? 'The cloud falls behind' : 'The cloud keeps up', `${detail} · ${grouped(waiting)} waiting`];
}

function rowOf(worker: Worker, now: number): HTMLElement {
  const { presence } = worker;
  const isOnline = presence.state === 'online';
  const batches = worker.counter('batches');
  const split = worker.latencies.medians();
  const refused = [...(worker.status?.counters ?? [])].filter(([name]) => name.startsWith('rejected_')).reduce((sum, [, count]) => sum + count, 0);
  const rate = worker.rate('answered');
  const number = (words: string): HTMLElement => h('td', { class: 'number' }, words);
  return h('tr', { class: isOnline ? '' : 'is-absent' },
    h('th', { scope: 'row' }, worker.id),
    h('td', {}, h('span', { class: 'state' }, new Shape(isOnline ? 'well' : 'absent').element, presence.state)),
    h('td', { class: 'number', title: exactTime(presence.since) }, `${presence.atLeast ? '> ' : ''}${duration(now - presence.since)}`),
    number(isOnline && rate !== null ? significant(rate) : '–'),
    number(batches > 0 ? significant(worker.counter('answered') / batches) : '–'),
    number(isOnline ? grouped(worker.counter('queue_depth')) : '–'),
    number(split ? milliseconds(split.big) : '–'),
    number(grouped(refused)),
    h('td', {}, ...talkers(worker)));
}

function talkers(worker: Worker): (Node | string)[] {
  const busiest = worker.status?.busiest ?? [];
  const all = busiest.reduce((sum, one) => sum + one.computeMs, 0);
  return busiest.flatMap((one, at) => [at === 0 ? '' : ', ', h('a', { href: deviceHref(one.device) }, one.device), all > 0 ? ` ${percent(one.computeMs / all)}` : '']);
}
