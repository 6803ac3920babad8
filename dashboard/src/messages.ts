// Payloads, from a stranger's bytes to checked values. Whatever is not as docs/wire.md says is refused
// with a reason; texts are cut, for they will be shown.

export interface Latency {
  total: number;
  little: number;
  roundTrip?: number;
  queue?: number;
  compute?: number;
  deadline: number;
}

export type DecidedBy = 'little' | 'big' | 'fallback';

export interface Result {
  device: string;
  task: string;
  run: string;
  sequence: string;
  captured: number; // ms since 1970, by the device's clock; NaN: not said
  final: boolean;
  decidedBy: DecidedBy;
  reason: string;
  classIndex: number;
  label: string;
  confidence: number;
  latency: Latency;
  littleModel: string;
  bigModel: string;
  bigUnexpected: boolean;
  littleLabel: string;
  littleConfidence: number;
  unlike: boolean;
  worker: string;
  truth?: number;
  resent: boolean;
}

export interface Busy {
  device: string;
  readings: number;
  computeMs: number;
}

export interface Status {
  id: string;
  state: 'online' | 'offline' | 'stopped';
  run: string;
  time: number;
  models: Map<string, string>;
  counters: Map<string, number>;
  busiest: Busy[];
  paused: boolean; // by an operator
  differs: Map<string, string>; // what an operator has set otherwise than the file
  differsUntil: number; // when the first of that ends by itself; NaN: none does
}

export interface Settled {
  device: string;
  task: string;
  classIndex: number;
  label: string;
  prioritised: boolean;
  confidence: number;
  since: number;
  readings: number;
}

export interface Snapshot {
  device: string;
  sequence: string;
  task: string;
  dtype: string;
  shape: number[];
  window: number[];
  label: string;
  confidence?: number;
  decidedBy: string;
  captured: number;
  rateHz?: number;
}

export interface ControlReply {
  device: string;
  id: string;
  ok: boolean;
  error: string;
  status: Record<string, unknown>;
}

// A payload that is refused, and whom it claims to be from where that is another one.
export class Refused extends Error {
  constructor(message: string, readonly claims?: string) {
    super(message);
  }
}

type Fields = Record<string, unknown>;

const MOST_TEXT = 200;
const MOST_COUNTERS = 400;
const MOST_WINDOW = 1_000_000;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fieldsOf(payload: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(payload);
  } catch {
    throw new Refused('it is not JSON');
  }
  if (!isFields(value)) throw new Refused('it is no JSON object');
  return value;
}

function text(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value === 'string') return value.length > MOST_TEXT ? `${value.slice(0, MOST_TEXT)}…` : value;
  if (typeof value === 'number') return String(value);
  return '';
}

// Numbers, and protobuf's 64-bit integers, which are strings.
function number(fields: Fields, name: string): number | undefined {
  const value = fields[name];
  const read = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof read === 'number' && Number.isFinite(read) ? read : undefined;
}

function nested(fields: Fields, name: string): Fields {
  const value = fields[name];
  return isFields(value) ? value : {};
}

function time(fields: Fields, name: string): number {
  const value = fields[name];
  return typeof value === 'string' ? Date.parse(value) : NaN;
}

function checkOrigin(fields: Fields, role: 'device' | 'worker', id: string, fleet: string): void {
  const claimed = fields[role];
  if (claimed !== undefined && claimed !== id) {
    throw new Refused(`it says to be of ${role} ${text(fields, role)}`, text(fields, role));
  }
  if (fields.fleet !== undefined && fields.fleet !== fleet) {
    throw new Refused(`it says to be of fleet ${text(fields, 'fleet')}`, text(fields, 'fleet'));
  }
}

function share(value: number | undefined): number {
  return Math.min(1, Math.max(0, value ?? 0));
}

function latencyOf(fields: Fields): Latency {
  const latency: Latency = {
    total: number(fields, 'total') ?? 0,
    little: number(fields, 'little') ?? 0,
    deadline: number(fields, 'deadline') ?? 0,
  };
  const roundTrip = number(fields, 'round_trip');
  if (roundTrip !== undefined) latency.roundTrip = roundTrip;
  const queue = number(fields, 'cloud_queue');
  if (queue !== undefined) latency.queue = queue;
  const compute = number(fields, 'cloud_compute');
  if (compute !== undefined) latency.compute = compute;
  return latency;
}

function oneResult(line: string, device: string, fleet: string): Result {
  const fields = fieldsOf(line);
  checkOrigin(fields, 'device', device, fleet);
  const decidedBy = fields.decided_by;
  if (decidedBy !== 'little' && decidedBy !== 'big' && decidedBy !== 'fallback') {
    throw new Refused('it does not say who decided');
  }
  const models = nested(fields, 'models');
  const little = nested(fields, 'little');
  const result: Result = {
    device,
    task: text(fields, 'task'),
    run: text(fields, 'run'),
    sequence: text(fields, 'sequence'),
    captured: time(fields, 'capture_time'),
    final: fields.stage !== 'provisional',
    decidedBy,
    reason: text(fields, 'reason'),
    classIndex: number(fields, 'class_index') ?? -1,
    label: text(fields, 'label') || 'other',
    confidence: share(number(fields, 'confidence')),
    latency: latencyOf(nested(fields, 'latency_ms')),
    littleModel: text(models, 'little'),
    bigModel: text(models, 'big'),
    bigUnexpected: models.big_unexpected === true,
    littleLabel: text(little, 'label'),
    littleConfidence: share(number(little, 'confidence')),
    unlike: little.unlike_training === true,
    worker: text(fields, 'worker'),
    resent: fields.resent === true,
  };
  const truth = number(fields, 'truth');
  if (truth !== undefined) result.truth = truth;
  return result;
}

// One result, or a line each where the message has several.
export function readResults(payload: string, device: string, fleet: string): Result[] {
  const lines = payload.split('\n').filter((line) => line !== '');
  if (lines.length === 0) throw new Refused('it is empty');
  return lines.map((line) => oneResult(line, device, fleet));
}

function countersOf(fields: Fields): Map<string, number> {
  const counters = new Map<string, number>();
  for (const name of Object.keys(fields).slice(0, MOST_COUNTERS)) {
    const value = number(fields, name);
    if (value !== undefined) counters.set(name.slice(0, MOST_TEXT), value);
  }
  return counters;
}

function textsOf(fields: Fields): Map<string, string> {
  return new Map(Object.keys(fields).slice(0, 64).map((name) => [name.slice(0, MOST_TEXT), text(fields, name)]));
}

function busiestOf(value: unknown): Busy[] {
  if (!Array.isArray(value)) return [];
  return value.filter(isFields).slice(0, 3).map((one) => ({
    device: text(one, 'device'),
    readings: number(one, 'readings') ?? 0,
    computeMs: number(one, 'compute_ms') ?? 0,
  }));
}

export function readStatus(payload: string, role: 'device' | 'worker', id: string, fleet: string): Status {
  const fields = fieldsOf(payload);
  checkOrigin(fields, role, id, fleet);
  const state = fields.state;
  if (state !== 'online' && state !== 'offline' && state !== 'stopped') {
    throw new Refused('it says no state that there is');
  }
  return {
    id,
    state,
    run: text(fields, 'run'),
    time: time(fields, 'time'),
    models: textsOf(nested(fields, 'models')),
    counters: countersOf(nested(fields, 'counters')),
    busiest: busiestOf(fields.busiest),
    paused: fields.paused === true,
    differs: textsOf(nested(fields, 'differs')),
    differsUntil: time(fields, 'differs_until'),
  };
}

export function readSettled(payload: string, device: string, fleet: string): Settled {
  const fields = fieldsOf(payload);
  checkOrigin(fields, 'device', device, fleet);
  const label = text(fields, 'label');
  if (label === '') throw new Refused('it says no class');
  return {
    device,
    task: text(fields, 'task'),
    classIndex: number(fields, 'class') ?? -1,
    label,
    prioritised: fields.prioritised === true,
    confidence: share(number(fields, 'confidence')),
    since: time(fields, 'since'),
    readings: number(fields, 'readings') ?? 0,
  };
}

export function readSnapshot(payload: string, device: string): Snapshot {
  const fields = fieldsOf(payload);
  const { shape, window } = fields;
  const isShape = Array.isArray(shape) && shape.length > 0 && shape.length <= 4 &&
    shape.every((size) => Number.isInteger(size) && size > 0);
  const isWindow = Array.isArray(window) && window.length <= MOST_WINDOW &&
    window.every((value) => typeof value === 'number' && Number.isFinite(value));
  if (!isShape || !isWindow) throw new Refused('its window is no list of numbers with a shape');
  const elements = (shape as number[]).reduce((product, size) => product * size, 1);
  if (elements !== window.length) throw new Refused('its window is not of its shape');
  const snapshot: Snapshot = {
    device,
    sequence: text(fields, 'sequence'),
    task: text(fields, 'task'),
    dtype: text(fields, 'dtype'),
    shape: shape as number[],
    window: window as number[],
    label: text(fields, 'label'),
    decidedBy: text(fields, 'decided_by'),
    captured: time(fields, 'captured_at'),
  };
  const confidence = number(fields, 'confidence');
  if (confidence !== undefined) snapshot.confidence = share(confidence);
  const rate = number(fields, 'rate_hz');
  if (rate !== undefined && rate > 0) snapshot.rateHz = rate;
  return snapshot;
}

export function readReply(payload: string, device: string): ControlReply {
  const fields = fieldsOf(payload);
  const id = text(fields, 'id');
  if (id === '') throw new Refused('it answers no request');
  return { device, id, ok: fields.ok === true, error: text(fields, 'error'), status: nested(fields, 'status') };
}
