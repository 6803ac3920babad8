// All that the page knows of one device or worker.
import type { Result, Settled, Snapshot, Status } from '../messages';
import { History } from './history';
import { RecentClasses, RecentDecisions, RecentLatencies, RecentNames } from './recent';

const MOST_REASONS = 32;
const MOST_CLASSES = 256;

export interface Presence {
  state: 'online' | 'offline' | 'stopped' | 'unknown';
  since: number;
  // The change was not seen: it has been so for at least as long.
  atLeast: boolean;
}

export class Device {
  task: string;
  presence: Presence = { state: 'unknown', since: NaN, atLeast: true };
  status: Status | null = null;
  // Counters of the status before, to say which moved.
  before: Map<string, number> = new Map();
  settled: Settled | null = null;
  last: Result | null = null;
  lastSeen = NaN; // by whatever it said
  lastResultAt = NaN;
  snapshot: Snapshot | null = null;
  resultCount = 0;
  readonly decisions = new RecentDecisions();
  readonly latencies = new RecentLatencies();
  readonly classes = new RecentClasses();
  readonly names = new RecentNames();
  readonly fallbacks = new Map<string, number>();
  // [truth * MOST_CLASSES + class] -> readings; where the source knows the truth.
  readonly confusion = new Map<number, number>();
  revision = 0;
  changed = NaN; // when its settled state or presence changed last, to show it once
  private history_: History | null = null;

  constructor(readonly id: string, task: string) {
    this.task = task;
  }

  // Made when there is something to keep.
  get history(): History {
    this.history_ ??= new History();
    return this.history_;
  }

  get hasHistory(): boolean {
    return this.history_ !== null;
  }

  countFallback(reason: string): void {
    const name = this.fallbacks.has(reason) || this.fallbacks.size < MOST_REASONS ? reason : 'others';
    this.fallbacks.set(name, (this.fallbacks.get(name) ?? 0) + 1);
  }

  countTruth(truth: number, classIndex: number): void {
    if (!isIndex(truth) || !isIndex(classIndex)) return;
    const key = truth * MOST_CLASSES + classIndex;
    this.confusion.set(key, (this.confusion.get(key) ?? 0) + 1);
  }

  confused(truth: number, classIndex: number): number {
    return this.confusion.get(truth * MOST_CLASSES + classIndex) ?? 0;
  }
}

function isIndex(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < MOST_CLASSES;
}

export class Worker {
  presence: Presence = { state: 'unknown', since: NaN, atLeast: true };
  status: Status | null = null;
  before: Map<string, number> = new Map();
  statusAt = NaN;
  statusBeforeAt = NaN;
  readonly latencies = new RecentLatencies(128);
  revision = 0;

  constructor(readonly id: string) {}

  // How fast a counter went up between the last two statuses, a second; null: not known yet.
  rate(counter: string): number | null {
    const seconds = (this.statusAt - this.statusBeforeAt) / 1000;
    if (!this.status || !(seconds > 0)) return null;
    const moved = (this.status.counters.get(counter) ?? 0) - (this.before.get(counter) ?? 0);
    return moved < 0 ? null : moved / seconds;
  }

  counter(name: string): number {
    return this.status?.counters.get(name) ?? 0;
  }
}
