// The last minutes of a device: confidence as a line between its least and greatest, classes as a band,
// and who decided as marks.
import uPlot from 'uplot';
import type { Classes } from '../store/classes';
import type { Device } from '../store/device';
import { HISTORY_SECONDS, MARK, NO_CLASS } from '../store/history';
import { className, clock, percent } from '../words';
import { colour } from './palette';

const HEIGHT = 240;
const LEAST_SECONDS = 60; // a page that was just opened has less to show
const BAND = 26; // pixels of the settled classes' band
const READINGS = 5; // of that of the readings, below it
const LANE = 7; // and of each mark's lane
const LANES: [number, string][] = [[MARK.little, 'little'], [MARK.big, 'big'], [MARK.fallback, 'fallback']];
const BELOW = BAND + READINGS + 14 + LANES.length * (LANE + 2);
const GAP_S = 15; // a longer pause breaks the line

interface Columns {
  data: uPlot.AlignedData;
  seconds: number[];
}

export class Timeline {
  readonly element = document.createElement('div');
  seconds = 300; // at most
  private span = LEAST_SECONDS;
  private plot: uPlot | null = null;
  private columns: Columns = { data: [[], [], [], []], seconds: [] };
  private device: Device | null = null;
  private end = 0;

  // `tell` gets what is under the pointer, in words; empty: nothing.
  constructor(private readonly classes: Classes, private readonly tell: (words: string) => void) {
    this.element.className = 'timeline';
    this.element.setAttribute('role', 'img');
  }

  draw(device: Device, now: number): void {
    const width = this.element.clientWidth;
    if (width === 0) return;
    this.device = device;
    this.end = Math.floor(now / 1000);
    const known = device.hasHistory ? this.end - device.history.first : 0;
    this.span = Math.min(this.seconds, Math.max(LEAST_SECONDS, known));
    this.columns = columnsOf(device, this.end, this.span, width);
    if (!this.plot) {
      this.plot = new uPlot(this.options(width), this.columns.data, this.element);
    } else {
      if (this.plot.width !== width) this.plot.setSize({ width, height: HEIGHT });
      this.plot.setData(this.columns.data);
    }
  }

  // In other colours, from now on.
  close(): void {
    this.plot?.destroy();
    this.plot = null;
  }

  private options(width: number): uPlot.Options {
    const grid = { stroke: () => colour('line'), width: 1 };
    const font = '12px system-ui, sans-serif';
    return {
      width,
      height: HEIGHT,
      padding: [8, 0, 0, 0],
      legend: { show: false },
      cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
      scales: {
        x: { time: true, range: () => [this.end - this.span, this.end] },
        y: { range: [0, 1] },
      },
      axes: [
        { stroke: () => colour('faint'), grid: { show: false }, ticks: { show: false }, font, size: BELOW + 24, gap: BELOW,
          values: (plot, splits) => splits.map((second) => this.tick(plot, second)), space: 90 },
        { stroke: () => colour('faint'), grid, ticks: { show: false }, font, size: 52,
          splits: () => [0, 0.5, 1], values: (_plot, splits) => splits.map((value) => `${value * 100} %`) },
      ],
      series: [
        {},
        { stroke: 'transparent', points: { show: false } },
        { stroke: 'transparent', points: { show: false } },
        { stroke: () => colour('ink'), width: 1.25, points: { show: false } },
      ],
      bands: [{ series: [2, 1], fill: () => colour('shade') }],
      hooks: {
        setCursor: [(plot) => this.tell(this.under(plot))],
        draw: [(plot) => this.drawBelow(plot)],
      },
    };
  }

  // None that the edge would cut.
  private tick(plot: uPlot, second: number): string {
    const isCut = ((this.end - second) / this.span) * plot.width < 28;
    return isCut ? '' : clock(second * 1000).slice(0, this.span > 900 ? 5 : 8);
  }

  private drawBelow(plot: uPlot): void {
    if (!this.device) return;
    const { ctx: context, bbox } = plot;
    const scale = window.devicePixelRatio || 1;
    const top = bbox.top + bbox.height + 6 * scale;
    const perSecond = bbox.width / this.span;
    context.save();
    context.beginPath();
    context.rect(bbox.left, top, bbox.width, BELOW * scale);
    context.clip();
    this.drawRuns(plot, top, BAND * scale, perSecond, (second) => this.device!.history.settledAt(second));
    this.drawRuns(plot, top + (BAND + 2) * scale, READINGS * scale, perSecond, (second) => this.device!.history.classAt(second));
    LANES.forEach(([mark, name], lane) => {
      this.drawLane(plot, mark, name, top + (BAND + READINGS + 8 + lane * (LANE + 2)) * scale, LANE * scale, perSecond);
    });
    context.restore();
  }

  // Each run of one class as a block, with its name where there is room.
  // The readings' own classes are a thin line: what has settled is what counts.
  private drawRuns(plot: uPlot, top: number, height: number, perSecond: number, classAt: (second: number) => number): void {
    const from = this.end - this.span;
    let begin = from;
    let code = NO_CLASS;
    for (let second = from; second <= this.end + 1; ++second) {
      const at = second > this.end ? NO_CLASS : this.held(second, classAt);
      if (at === code) continue;
      if (code !== NO_CLASS) this.drawRun(plot, code, (begin - from) * perSecond, (second - from) * perSecond, top, height);
      begin = second;
      code = at;
    }
  }

  private drawRun(plot: uPlot, code: number, from: number, to: number, top: number, height: number): void {
    const facts = this.classes.at(code);
    const { ctx: context, bbox } = plot;
    const scale = window.devicePixelRatio || 1;
    context.fillStyle = colour(facts?.colour ?? 'class-other');
    context.fillRect(bbox.left + from, top, Math.max(1, to - from), height);
    const name = className(facts?.label ?? '');
    context.font = `${12 * scale}px system-ui, sans-serif`;
    if (height < BAND || context.measureText(name).width + 16 * scale > to - from) return;
    context.fillStyle = colour(`${facts?.colour ?? 'class-other'}-text`);
    context.textBaseline = 'middle';
    context.textAlign = 'left';
    context.fillText(name, bbox.left + from + 8 * scale, top + height / 2 + scale * 0.5);
  }

  // A device of less than a reading a second has its class until the next one, within reason.
  private held(second: number, classAt: (second: number) => number): number {
    for (let back = 0; back < GAP_S; ++back) {
      const code = classAt(second - back);
      if (code !== NO_CLASS) return code;
    }
    return NO_CLASS;
  }

  private drawLane(plot: uPlot, mark: number, name: string, top: number, height: number, perSecond: number): void {
    const { ctx: context, bbox } = plot;
    const from = this.end - this.span;
    context.fillStyle = colour(name);
    const width = Math.max(1, perSecond * 0.7);
    for (let second = from; second <= this.end; ++second) {
      if (this.device!.history.marksAt(second) & mark) {
        context.fillRect(bbox.left + (second - from) * perSecond, top, width, height);
      }
    }
  }

  private under(plot: uPlot): string {
    const index = plot.cursor.idx;
    const second = index === null || index === undefined ? undefined : this.columns.seconds[index];
    if (second === undefined || !this.device) return '';
    const code = this.device.history.classAt(second);
    if (code === NO_CLASS) return `${clock(second * 1000)} · no result`;
    const marks = this.device.history.marksAt(second);
    const who = LANES.filter(([mark]) => marks & mark).map(([, name]) => (name === 'fallback' ? 'little after a fallback' : `${name} net`));
    return `${clock(second * 1000)} · ${className(this.classes.at(code)?.label ?? '')} · confidence ${percent(this.device.history.highAt(second))} · decided by ${who.join(', ')}`;
  }
}

// Not more points than pixels: each the least and the greatest of its seconds.
function columnsOf(device: Device, end: number, seconds: number, width: number): Columns {
  const step = Math.max(1, Math.ceil(seconds / width));
  const x: number[] = [];
  const low: (number | null)[] = [];
  const high: (number | null)[] = [];
  const middle: (number | null)[] = [];
  let empty = GAP_S;
  for (let from = end - Math.min(seconds, HISTORY_SECONDS - 1); from <= end; from += step) {
    const [least, greatest] = boundsOf(device, from, step);
    empty = greatest < 0 ? empty + step : 0;
    // Between two readings that are near each other the line goes on.
    if (greatest < 0 && empty < GAP_S) continue;
    x.push(from);
    low.push(greatest < 0 ? null : least);
    high.push(greatest < 0 ? null : greatest);
    middle.push(greatest < 0 ? null : (least + greatest) / 2);
  }
  return { data: [x, low, high, middle], seconds: x };
}

function boundsOf(device: Device, from: number, step: number): [number, number] {
  let least = 2;
  let greatest = -1;
  for (let second = from; second < from + step; ++second) {
    if (device.history.classAt(second) === NO_CLASS) continue;
    least = Math.min(least, device.history.lowAt(second));
    greatest = Math.max(greatest, device.history.highAt(second));
  }
  return [least, greatest];
}
