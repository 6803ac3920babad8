// What changed: a list of fixed length that reads like a log. What repeats is counted, not repeated.

export type EventKind = 'state' | 'presence' | 'fallback' | 'refused' | 'steering' | 'link';
export type Tone = 'well' | 'attention' | 'alarm' | 'absent' | 'neutral';

export interface FleetEvent {
  id: number;
  time: number;
  latest: number; // of those that it counts
  kind: EventKind;
  tone: Tone;
  role: 'device' | 'worker' | 'page';
  subject: string;
  text: string;
  count: number;
}

const MOST = 2000;
const REPEAT_MS = 60_000;

export class EventLog {
  // The newest last.
  readonly list: FleetEvent[] = [];
  private readonly latest = new Map<string, FleetEvent>();
  private nextId = 1;
  revision = 0;

  add(now: number, event: Omit<FleetEvent, 'id' | 'time' | 'latest' | 'count'>): FleetEvent {
    const key = `${event.kind}\n${event.role}\n${event.subject}\n${event.text}`;
    const before = this.latest.get(key);
    ++this.revision;
    if (before && now - before.latest < REPEAT_MS && event.kind !== 'state') {
      before.latest = now;
      ++before.count;
      return before;
    }
    const added = { ...event, id: this.nextId++, time: now, latest: now, count: 1 };
    this.list.push(added);
    this.latest.set(key, added);
    if (this.list.length > MOST) this.forget();
    return added;
  }

  private forget(): void {
    const gone = this.list.splice(0, MOST / 10);
    const ids = new Set(gone.map((event) => event.id));
    for (const [key, event] of this.latest) if (ids.has(event.id)) this.latest.delete(key);
  }
}
