// Messages as devices and workers send them (docs/wire.md).

export const FLEET = 'plant-7';
export const PREFIX = `biglittle/v1/${FLEET}`;

export function result(device: string, sequence: number, more: Record<string, unknown> = {}): string {
  return JSON.stringify({
    fleet: FLEET, device, task: 'vibration', run: '0123456789abcdef', sequence: String(sequence),
    capture_time: new Date().toISOString(), stage: 'final', decided_by: 'little', reason: '', class_index: 0, label: 'healthy',
    confidence: 0.97, latency_ms: { total: 0.5, little: 0.4, deadline: 500 }, models: { little: 'aa', big: '', big_unexpected: false },
    little: { class_index: 0, label: 'healthy', confidence: 0.97, unlike_training: false, head: 0 }, worker: '', resent: false, ...more,
  });
}

export const FROM_BIG = {
  decided_by: 'big', worker: 'worker-1',
  latency_ms: { total: 4.25, little: 0.5, round_trip: 3.5, cloud_queue: 0.5, cloud_compute: 2, deadline: 500 },
};

export function status(role: 'device' | 'worker', id: string, more: Record<string, unknown> = {}): string {
  return JSON.stringify({ fleet: FLEET, [role]: id, state: 'online', run: '0123456789abcdef', time: new Date().toISOString(),
    models: { vibration: 'aabbccdd' }, counters: { readings: '10' }, ...more });
}

export function settled(device: string, label: string, more: Record<string, unknown> = {}): string {
  return JSON.stringify({ fleet: FLEET, device, task: 'vibration', class: 0, label, prioritised: true, confidence: 0.93,
    since: new Date().toISOString(), time: new Date().toISOString(), readings: 3, sequence: 4, ...more });
}

export const SETTINGS = {
  fleet: FLEET, topic_root: 'biglittle/v1', url: '', login: false, steering: false,
  tasks: { vibration: { labels: ['healthy', 'imbalance_mild', 'outer_race_severe'], prioritised: ['healthy', 'outer_race_severe'], normal: ['healthy'], shape: [3, 1024], escalation: 0.13 } },
  devices: { 'pump-1': { task: 'vibration', deadline_ms: 500 } },
};
