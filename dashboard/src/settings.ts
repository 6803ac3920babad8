// What the page is told of its fleet, in settings.json beside it: `biglittle dashboard` writes it.

export interface TaskFacts {
  labels: string[];
  prioritised: string[];
  normal: string[]; // the classes that mean that all is well; none: no class is better than another
  escalation?: number; // the share that tuning promised
  rateHz?: number;
  shape: number[];
}

export interface Settings {
  fleet: string;
  topicRoot: string;
  url: string; // of the broker's websockets listener; empty: where the page came from
  tasks: Map<string, TaskFacts>;
  devices: Map<string, DeviceFacts>; // those of the fleet file
  login: boolean; // the broker wants one
  steering: boolean; // this page's login may steer, whatever its name
}

export interface DeviceFacts {
  task: string;
  deadlineMs: number;
}

type Fields = Record<string, unknown>;

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];
}

function taskOf(fields: Fields): TaskFacts {
  const facts: TaskFacts = {
    labels: texts(fields.labels),
    prioritised: texts(fields.prioritised),
    normal: texts(fields.normal),
    shape: Array.isArray(fields.shape) ? fields.shape.filter((size) => typeof size === 'number') : [],
  };
  if (typeof fields.escalation === 'number') facts.escalation = fields.escalation;
  if (typeof fields.rate_hz === 'number') facts.rateHz = fields.rate_hz;
  return facts;
}

function entries(value: unknown): [string, Fields][] {
  return typeof value === 'object' && value !== null ? (Object.entries(value) as [string, Fields][]) : [];
}

export function readSettings(value: unknown): Settings {
  const fields = (typeof value === 'object' && value !== null ? value : {}) as Fields;
  if (typeof fields.fleet !== 'string' || fields.fleet === '') throw new Error('settings.json names no fleet');
  return {
    fleet: fields.fleet,
    topicRoot: typeof fields.topic_root === 'string' ? fields.topic_root : 'biglittle/v1',
    url: typeof fields.url === 'string' ? fields.url : '',
    tasks: new Map(entries(fields.tasks).map(([name, task]) => [name, taskOf(task)])),
    devices: new Map(entries(fields.devices).map(([id, device]) => [
      id, { task: String(device.task ?? ''), deadlineMs: Number(device.deadline_ms ?? 0) }])),
    login: fields.login === true,
    steering: fields.steering === true,
  };
}

// Where the page was served from, as a websocket's address.
export function brokerUrl(settings: Settings, location: { protocol: string; host: string }): string {
  if (settings.url !== '') return settings.url;
  return `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/mqtt`;
}
