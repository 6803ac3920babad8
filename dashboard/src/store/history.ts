// An hour of a device, a slot a second: the class of its last reading and the one that it had settled on, the least and the greatest confidence, and who
// decided. Of fixed size, whatever a device sends.

export const HISTORY_SECONDS = 3600;
export const NO_CLASS = 0; // codes of classes begin at 1

export const MARK = { little: 1, big: 2, fallback: 4 } as const;

export class History {
  // Slot of second s: s % HISTORY_SECONDS. Those behind `newest` by an hour or more have been overwritten.
  private readonly classes = new Uint8Array(HISTORY_SECONDS);
  private readonly settled = new Uint8Array(HISTORY_SECONDS);
  private readonly low = new Uint8Array(HISTORY_SECONDS);
  private readonly high = new Uint8Array(HISTORY_SECONDS);
  private readonly marks = new Uint8Array(HISTORY_SECONDS);
  newest = 0;
  first = 0; // the oldest second that there ever was

  // `second` since 1970. One older than what there is changes nothing where a newer result has its place.
  add(second: number, classCode: number, settledCode: number, confidence: number, mark: number): void {
    if (second <= this.newest - HISTORY_SECONDS) return;
    if (second > this.newest) this.advance(second);
    if (this.first === 0 || second < this.first) this.first = second;
    const slot = second % HISTORY_SECONDS;
    const value = Math.round(confidence * 255);
    const isFirst = this.classes[slot] === NO_CLASS;
    this.low[slot] = isFirst ? value : Math.min(this.low[slot]!, value);
    this.high[slot] = isFirst ? value : Math.max(this.high[slot]!, value);
    this.classes[slot] = classCode;
    this.settled[slot] = settledCode;
    this.marks[slot]! |= mark;
  }

  classAt(second: number): number {
    return this.holds(second) ? this.classes[second % HISTORY_SECONDS]! : NO_CLASS;
  }

  settledAt(second: number): number {
    return this.holds(second) ? this.settled[second % HISTORY_SECONDS]! : NO_CLASS;
  }

  lowAt(second: number): number {
    return this.low[second % HISTORY_SECONDS]! / 255;
  }

  highAt(second: number): number {
    return this.high[second % HISTORY_SECONDS]! / 255;
  }

  marksAt(second: number): number {
    return this.holds(second) ? this.marks[second % HISTORY_SECONDS]! : 0;
  }

  private holds(second: number): boolean {
    return second <= this.newest && second > this.newest - HISTORY_SECONDS;
  }

  private advance(second: number): void {
    const from = Math.max(this.newest + 1, second - HISTORY_SECONDS + 1);
    for (let at = from; at <= second; ++at) {
      this.classes[at % HISTORY_SECONDS] = NO_CLASS;
      this.settled[at % HISTORY_SECONDS] = NO_CLASS;
      this.marks[at % HISTORY_SECONDS] = 0;
    }
    this.newest = second;
  }
}
