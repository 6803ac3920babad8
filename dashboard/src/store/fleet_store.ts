// The fleet as its messages tell it. Plain objects, changed in place as messages come; whoever paints
// looks at `revision`. Knows no clock, no page and no broker.
import * as messages from '../messages';
import { Refused, type Result, type Settled, type Status } from '../messages';
import type { Settings } from '../settings';
import type { Origin, Topics } from '../topics';
import { className, fallbackReason } from '../words';
import { Classes } from './classes';
import { Device, Worker, type Presence } from './device';
import { EventLog, type EventKind, type Tone } from './events';
import { MARK } from './history';
import { toneOfClass } from './verdict';

const MOST_DEVICES = 20_000;
const MOST_WORKERS = 2_000;

export interface Message {
  topic: string;
  payload: string;
  retained: boolean;
}

export class FleetStore {
  readonly devices = new Map<string, Device>();
  readonly workers = new Map<string, Worker>();
  readonly events = new EventLog();
  readonly classes: Classes;
  refused = 0; // messages that were not what their topic says
  results = 0;
  revision = 0;
  onReply: (reply: messages.ControlReply) => void = () => {};
  onPrioritised: (device: Device, label: string) => void = () => {};

  constructor(readonly settings: Settings, private readonly topics: Topics) {
    this.classes = new Classes(settings);
  }

  apply(message: Message, now: number): void {
    ++this.revision;
    const origin = this.topics.originOf(message.topic);
    if (!origin) return this.refuse(now, 'page', this.settings.fleet, 'a message on a topic of nobody');
    try {
      this.take(origin, message, now);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.refuse(now, origin.role, origin.id, `${origin.kind} refused: ${error.message}`);
    }
  }

  private take(origin: Origin, message: Message, now: number): void {
    const { fleet } = this.topics;
    if (origin.kind === 'status') {
      // An empty retained message is how somebody is taken out of the fleet.
      if (message.payload === '') return this.remove(origin, now);
      const status = messages.readStatus(message.payload, origin.role, origin.id, fleet);
      if (origin.role === 'worker') return this.takeWorkerStatus(status, message.retained, now);
      return this.takeDeviceStatus(status, message.retained, now);
    }
    if (origin.kind === 'state') {
      if (message.payload === '') return;
      return this.takeSettled(messages.readSettled(message.payload, origin.id, fleet), message.retained, now);
    }
    if (origin.kind === 'reply') return this.onReply(messages.readReply(message.payload, origin.id));
    if (message.retained) throw new Refused('it is retained');
    if (origin.kind === 'snapshot') {
      this.device(origin.id).snapshot = messages.readSnapshot(message.payload, origin.id);
      return;
    }
    for (const result of messages.readResults(message.payload, origin.id, fleet)) this.takeResult(result, now);
  }

  device(id: string): Device {
    const known = this.devices.get(id);
    if (known) return known;
    if (this.devices.size >= MOST_DEVICES) throw new Refused('there are too many devices');
    const device = new Device(id, this.settings.devices.get(id)?.task ?? '');
    this.devices.set(id, device);
    return device;
  }

  worker(id: string): Worker {
    const known = this.workers.get(id);
    if (known) return known;
    if (this.workers.size >= MOST_WORKERS) throw new Refused('there are too many workers');
    const worker = new Worker(id);
    this.workers.set(id, worker);
    return worker;
  }

  private takeResult(result: Result, now: number): void {
    const device = this.device(result.device);
    ++this.results;
    ++device.revision;
    device.lastSeen = now;
    if (result.task !== '') device.task = result.task;
    if (!result.final || !device.names.add(`${result.run} ${result.sequence}`)) return;
    const code = this.classes.of(device.task, result.label).code;
    // The clocks of devices and of this page need not agree: what comes now is of now, and only what
    // waited on the device has the device's own time.
    const time = result.resent && Number.isFinite(result.captured) ? result.captured : now;
    if (!result.resent) device.classes.add(result.label, now);
    const settled = device.settled?.label ?? device.classes.majority;
    const settledCode = settled === '' || result.resent ? code : this.classes.of(device.task, settled).code;
    if (time <= now) device.history.add(Math.floor(time / 1000), code, settledCode, result.confidence, MARK[result.decidedBy]);
    if (result.resent) return;
    ++device.resultCount;
    device.last = result;
    device.lastResultAt = now;
    device.decisions.add(result.decidedBy);
    if (result.decidedBy === 'big') device.latencies.add(result.latency);
    if (result.decidedBy === 'big' && result.worker !== '') this.workers.get(result.worker)?.latencies.add(result.latency);
    if (result.decidedBy === 'fallback') this.fellBack(device, result, now);
    if (result.truth !== undefined) device.countTruth(result.truth, result.classIndex);
    if (result.bigUnexpected) this.say(now, 'refused', 'attention', 'device', device.id, 'answered by another big net than the task names');
  }

  private fellBack(device: Device, result: Result, now: number): void {
    device.countFallback(result.reason);
    this.say(now, 'fallback', 'attention', 'device', device.id, `fell back to the little net: ${fallbackReason(result.reason)}`);
  }

  private takeSettled(settled: Settled, retained: boolean, now: number): void {
    const device = this.device(settled.device);
    ++device.revision;
    const isNew = device.settled?.label !== settled.label;
    const was = device.settled;
    device.settled = settled;
    if (settled.task !== '') device.task = settled.task;
    if (!isNew || (retained && !was)) return;
    device.changed = now;
    const tone = toneOfClass(this.settings, device.task, settled.label, settled.prioritised);
    const from = was ? ` (was ${className(was.label)})` : '';
    this.say(now, 'state', tone, 'device', device.id, `${className(settled.label)}${from}`);
    if (tone === 'alarm') this.onPrioritised(device, settled.label);
  }

  private takeDeviceStatus(status: Status, retained: boolean, now: number): void {
    const device = this.device(status.id);
    ++device.revision;
    if (device.status?.run === status.run) device.before = device.status.counters;
    // A will message has the counters of nobody; those of before tell more.
    if (status.state === 'offline' && status.counters.size === 0 && device.status) {
      device.status = { ...device.status, state: 'offline' };
    } else {
      device.status = status;
    }
    if (status.state === 'online') device.lastSeen = now;
    if (device.task === '') device.task = [...status.models.keys()][0] ?? '';
    this.meet(device, 'device', device.id, status, retained, now);
    if (device.presence.since === now) device.changed = now;
  }

  private takeWorkerStatus(status: Status, retained: boolean, now: number): void {
    const worker = this.worker(status.id);
    ++worker.revision;
    if (status.state === 'online' || !worker.status) {
      worker.before = worker.status?.run === status.run ? worker.status.counters : new Map();
      worker.statusBeforeAt = worker.status?.run === status.run ? worker.statusAt : NaN;
      worker.statusAt = now;
      worker.status = status;
    }
    this.meet(worker, 'worker', worker.id, status, retained, now);
  }

  // Comes and goes. Since when is known where the change was seen.
  private meet(known: { presence: Presence }, role: 'device' | 'worker', id: string, status: Status, retained: boolean, now: number): void {
    const was = known.presence.state;
    if (was === status.state) return;
    known.presence = { state: status.state, since: now, atLeast: retained };
    if (was === 'unknown') return;
    const tone: Tone = status.state === 'online' ? 'well' : 'absent';
    this.say(now, 'presence', tone, role, id, status.state === 'online' ? 'is online again' : `is ${status.state}`);
  }

  private remove(origin: Origin, now: number): void {
    const gone = origin.role === 'worker' ? this.workers.delete(origin.id) : this.devices.delete(origin.id);
    if (gone) this.say(now, 'presence', 'neutral', origin.role, origin.id, 'was taken out of the fleet');
  }

  private refuse(now: number, role: 'device' | 'worker' | 'page', subject: string, text: string): void {
    ++this.refused;
    this.say(now, 'refused', 'alarm', role, subject, text);
  }

  say(now: number, kind: EventKind, tone: Tone, role: 'device' | 'worker' | 'page', subject: string, text: string): void {
    this.events.add(now, { kind, tone, role, subject, text });
    ++this.revision;
  }
}

