// What the last results of a device were, in rings of fixed length.
import type { DecidedBy, Latency } from '../messages';

const DECISIONS: DecidedBy[] = ['little', 'big', 'fallback'];

// Who decided the last results.
export class RecentDecisions {
  private readonly ring: Uint8Array;
  private next = 0;
  private readonly counts = [0, 0, 0];
  total = 0;

  constructor(length = 256) {
    this.ring = new Uint8Array(length);
  }

  add(decidedBy: DecidedBy): void {
    const code = DECISIONS.indexOf(decidedBy);
    if (this.total === this.ring.length) {
      this.counts[this.ring[this.next]!]! -= 1;
    } else {
      ++this.total;
    }
    this.ring[this.next] = code;
    this.counts[code]! += 1;
    this.next = (this.next + 1) % this.ring.length;
  }

  share(decidedBy: DecidedBy): number {
    return this.total === 0 ? 0 : this.counts[DECISIONS.indexOf(decidedBy)]! / this.total;
  }

  // Of readings that the little net did not settle by itself.
  escalated(): number {
    return this.total === 0 ? 0 : 1 - this.share('little');
  }
}

export interface LatencySplit {
  little: number;
  queue: number;
  network: number;
  big: number;
  total: number;
  deadline: number;
  roundTrip: number;
}

const PARTS = 7;

// Where the time of the last readings went that the big net decided; medians of each part.
export class RecentLatencies {
  private readonly ring: Float32Array;
  private next = 0;
  count = 0;

  constructor(private readonly length = 64) {
    this.ring = new Float32Array(length * PARTS);
  }

  add(latency: Latency): void {
    const roundTrip = latency.roundTrip ?? 0;
    const queue = latency.queue ?? 0;
    const compute = latency.compute ?? 0;
    const network = Math.max(0, roundTrip - queue - compute);
    this.ring.set([latency.little, queue, network, compute, latency.total, latency.deadline, roundTrip],
      this.next * PARTS);
    this.next = (this.next + 1) % this.length;
    this.count = Math.min(this.length, this.count + 1);
  }

  // null: the big net has decided none yet.
  medians(): LatencySplit | null {
    if (this.count === 0) return null;
    const [little, queue, network, big, total, deadline, roundTrip] =
      Array.from({ length: PARTS }, (_, part) => this.median(part)) as [number, number, number, number, number, number, number];
    return { little, queue, network, big, total, deadline, roundTrip };
  }

  roundTrip(): number | null {
    return this.count === 0 ? null : this.median(PARTS - 1);
  }

  private median(part: number): number {
    const values = new Float32Array(this.count);
    for (let at = 0; at < this.count; ++at) values[at] = this.ring[at * PARTS + part]!;
    values.sort();
    return values[Math.floor(this.count / 2)]!;
  }
}

// The class that most of the last results have, for fleets whose devices publish no state.
export class RecentClasses {
  private readonly ring: string[] = [];
  private next = 0;
  majority = '';
  since = NaN;

  constructor(private readonly length = 9) {}

  add(label: string, now: number): void {
    this.ring[this.next] = label;
    this.next = (this.next + 1) % this.length;
    let count = 0;
    for (const one of this.ring) if (one === label) ++count;
    if (label === this.majority || (this.majority !== '' && count * 2 <= this.ring.length)) return;
    this.majority = label;
    this.since = now;
  }
}

// The names of the last results: delivery is at least once.
export class RecentNames {
  private readonly names = new Set<string>();

  constructor(private readonly length = 128) {}

  // False if it was there before.
  add(name: string): boolean {
    if (this.names.has(name)) return false;
    this.names.add(name);
    if (this.names.size > this.length) {
      for (const oldest of this.names) {
        this.names.delete(oldest);
        break;
      }
    }
    return true;
  }
}
