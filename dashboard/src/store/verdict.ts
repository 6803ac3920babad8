// Is all well? Pure functions of what is known and `now`.
import type { Settings } from '../settings';
import { className, clock, duration, percent } from '../words';
import type { Device, Presence, Worker } from './device';
import type { Tone } from './events';
import type { FleetStore } from './fleet_store';

// Shares of fewer readings say too little.
const LEAST_READINGS = 100;
// More than so much of what tuning promised, and by so much more, is told.
const ESCALATION_FACTOR = 2.5;
const ESCALATION_MARGIN = 0.15;
const FALLBACK_SHARE = 0.05;

// A class means harm only where the task has one that means that all is well.
export function toneOfClass(settings: Settings, task: string, label: string, prioritised: boolean): Tone {
  const facts = settings.tasks.get(task);
  if (!facts || facts.normal.length === 0) return 'neutral';
  if (facts.normal.includes(label)) return 'well';
  return prioritised || facts.prioritised.includes(label) ? 'alarm' : 'attention';
}

export interface Condition {
  tone: Tone;
  words: string;
  label: string; // of the class; empty: it is no class that is said
  since: number;
  atLeast: boolean;
  confidence: number | null;
}

const ABSENT: Record<Presence['state'], string> = {
  offline: 'offline', stopped: 'stopped', unknown: 'not heard of yet', online: '',
};

// What a device is, in a word or two, and since when.
export function conditionOf(device: Device, settings: Settings): Condition {
  const { presence, settled, classes } = device;
  if (presence.state !== 'online' && !(presence.state === 'unknown' && device.last)) {
    return { tone: 'absent', words: ABSENT[presence.state], label: '', since: presence.since, atLeast: presence.atLeast, confidence: null };
  }
  if (device.status?.paused) {
    return { tone: 'attention', words: pausedWords(device.status.differsUntil), label: '', since: NaN, atLeast: false, confidence: null };
  }
  if (settled) {
    const tone = toneOfClass(settings, device.task, settled.label, settled.prioritised);
    return { tone, words: className(settled.label), label: settled.label, since: settled.since, atLeast: false, confidence: settled.confidence };
  }
  if (classes.majority !== '') {
    const tone = toneOfClass(settings, device.task, classes.majority, false);
    // A single odd reading is no alarm: without smoothing on the device nothing has settled.
    return { tone: tone === 'alarm' ? 'attention' : tone, words: `mostly ${className(classes.majority)}`, label: classes.majority,
      since: classes.since, atLeast: true, confidence: device.last?.confidence ?? null };
  }
  return { tone: 'neutral', words: 'online, no result yet', label: '', since: presence.since, atLeast: presence.atLeast, confidence: null };
}

function pausedWords(until: number): string {
  return Number.isFinite(until) ? `paused until ${clock(until).slice(0, 5)}` : 'paused';
}

export interface Concern {
  tone: Tone;
  role: 'device' | 'worker';
  id: string;
  text: string; // behind its name
}

export function forSince(since: number, atLeast: boolean, now: number): string {
  if (!Number.isFinite(since)) return '';
  return ` for ${atLeast ? 'at least ' : ''}${duration(now - since)}`;
}

function deviceConcern(device: Device, settings: Settings, now: number): Concern | null {
  const condition = conditionOf(device, settings);
  const of = (tone: Tone, text: string): Concern => ({ tone, role: 'device', id: device.id, text });
  if (condition.tone === 'absent') {
    return device.presence.state === 'unknown' ? null : of('absent', `${condition.words}${forSince(condition.since, condition.atLeast, now)}`);
  }
  if (condition.tone === 'alarm' || condition.tone === 'attention') {
    return of(condition.tone, `${condition.words}${forSince(condition.since, condition.atLeast, now)}`);
  }
  if (device.decisions.total < LEAST_READINGS) return null;
  const fallback = device.decisions.share('fallback');
  if (fallback > FALLBACK_SHARE) return of('attention', `falls back to its little net for ${percent(fallback)} of its readings`);
  const promised = settings.tasks.get(device.task)?.escalation;
  const escalated = device.decisions.escalated();
  if (promised === undefined || escalated < promised * ESCALATION_FACTOR || escalated < promised + ESCALATION_MARGIN) return null;
  return of('attention', `escalates ${percent(escalated)} (tuning promised ${percent(promised)})`);
}

function workerConcern(worker: Worker, now: number): Concern | null {
  if (worker.presence.state === 'online' || worker.presence.state === 'unknown') return null;
  return { tone: 'absent', role: 'worker', id: worker.id,
    text: `${worker.presence.state}${forSince(worker.presence.since, worker.presence.atLeast, now)}` };
}

const RANK: Record<Tone, number> = { alarm: 0, absent: 1, attention: 2, neutral: 3, well: 4 };

export function rankOf(tone: Tone): number {
  return RANK[tone];
}

// What is not well, the worst first; names in their own order, so that nothing jumps.
export function concernsOf(store: FleetStore, now: number): Concern[] {
  const found: Concern[] = [];
  for (const worker of store.workers.values()) {
    const concern = workerConcern(worker, now);
    if (concern) found.push(concern);
  }
  for (const device of store.devices.values()) {
    const concern = deviceConcern(device, store.settings, now);
    if (concern) found.push(concern);
  }
  return found.sort((a, b) => RANK[a.tone] - RANK[b.tone] || (a.role === b.role ? 0 : a.role === 'worker' ? -1 : 1) ||
    compareNames(a.id, b.id));
}

const collator = new Intl.Collator('en', { numeric: true });

// pump-2 before pump-10.
export function compareNames(a: string, b: string): number {
  return collator.compare(a, b);
}
