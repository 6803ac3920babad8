// What the pages say: numbers with units, times since, classes as people call them.

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

// "12 s", "3 min", "2 h 5 min", "3 d": how long something lasts.
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / SECOND));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} d`;
}

// "now", "12 s ago".
export function ago(ms: number): string {
  return ms < 5 * SECOND ? 'now' : `${duration(ms)} ago`;
}

// Two significant digits, but whole numbers whole: 0.043, 1.6, 12, 340.
export function significant(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 10) return grouped(Math.round(value));
  return value.toPrecision(2).replace(/\.0$/, '');
}

export function grouped(value: number): string {
  return Math.round(value).toLocaleString('en', { maximumFractionDigits: 0 }).replaceAll(',', '\u2009');
}

export function milliseconds(ms: number): string {
  return ms >= 1000 ? `${significant(ms / 1000)} s` : `${significant(ms)} ms`;
}

export function percent(share: number): string {
  const value = share * 100;
  if (value > 0 && value < 1) return '< 1 %';
  if (value > 99 && value < 100) return '> 99 %';
  return `${Math.round(value)} %`;
}

export function bytes(count: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  let unit = 0;
  let value = count;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    ++unit;
  }
  return `${significant(value)} ${units[unit]}`;
}

// "outer_race_severe" is "outer race, severe".
export function className(label: string): string {
  return label.replaceAll('_', ' ').replace(/ (mild|moderate|severe)$/, ', $1');
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}

const SMALL = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve'];

export function inWords(count: number): string {
  return SMALL[count] ?? grouped(count);
}

// In the reader's own zone.
export function clock(time: number): string {
  return new Date(time).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
}

export function exactTime(time: number): string {
  if (!Number.isFinite(time)) return 'not known';
  return new Date(time).toLocaleString('en-GB', {
    year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit',
    timeZoneName: 'short',
  });
}

const REASONS: Record<string, string> = {
  deadline: 'no answer from the cloud in time',
  no_time: 'no time left to ask the cloud',
  budget: 'the escalation budget was spent',
  too_many_pending: 'too many questions were under way',
  refused: 'the broker refused the question',
  stopping: 'the device was stopping',
  restarted: 'the device was restarted',
  overrun: 'the sensor was faster than the little net',
};

// Why a device fell back, for people; strangers' reasons as they are.
export function fallbackReason(reason: string): string {
  if (Object.hasOwn(REASONS, reason)) return REASONS[reason]!;
  if (reason.startsWith('rejected: ')) return `a worker refused it: ${reason.slice(10)}`;
  if (reason.startsWith('invalid_reading')) return 'the reading was not valid';
  if (reason.startsWith('backlog_full')) return 'too much waits for the broker';
  return reason.replaceAll('_', ' ');
}

// "fell_back_no_time" is "fell back no time".
export function counterName(name: string): string {
  return name.replaceAll('_', ' ');
}
