import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brokerUrl, readSettings } from '../../src/settings';
import { FleetStore } from '../../src/store/fleet_store';
import { compareNames, concernsOf, conditionOf } from '../../src/store/verdict';
import { Topics } from '../../src/topics';
import { FROM_BIG, PREFIX, result, settled, SETTINGS, status } from '../payloads';

const NOW = 1_800_000_000_000;

function storeOf(): FleetStore {
  const settings = readSettings(SETTINGS);
  return new FleetStore(settings, new Topics(settings.topicRoot, settings.fleet));
}

function feed(store: FleetStore, leaf: string, payload: string, retained = false, now = NOW): void {
  store.apply({ topic: `${PREFIX}/${leaf}`, payload, retained }, now);
}

test('a device is known by its status, and what it is by its state', () => {
  const store = storeOf();
  feed(store, 'devices/pump-1/status', status('device', 'pump-1'), true);
  feed(store, 'devices/pump-1/state', settled('pump-1', 'outer_race_severe', { since: new Date(NOW - 60_000).toISOString() }), true);
  const condition = conditionOf(store.devices.get('pump-1')!, store.settings);
  assert.equal(condition.words, 'outer race, severe');
  assert.equal(condition.tone, 'alarm');
  assert.deepEqual(concernsOf(store, NOW).map((concern) => concern.text), ['outer race, severe for 1 min']);
  // What was so before the page was opened is no event.
  assert.equal(store.events.list.length, 0);
});

test('a class means harm only where the task has one that means that all is well', () => {
  const settings = readSettings({ ...SETTINGS, tasks: { vibration: { ...SETTINGS.tasks.vibration, normal: [] } } });
  const store = new FleetStore(settings, new Topics(settings.topicRoot, settings.fleet));
  feed(store, 'devices/pump-1/status', status('device', 'pump-1'));
  feed(store, 'devices/pump-1/state', settled('pump-1', 'outer_race_severe'));
  assert.equal(conditionOf(store.devices.get('pump-1')!, settings).tone, 'neutral');
  assert.equal(concernsOf(store, NOW).length, 0);
});

test('a payload of another device is counted, shown as an event of whom it came from, and nothing else', () => {
  const store = storeOf();
  feed(store, 'devices/press-1/status', status('device', 'press-1'));
  for (const [leaf, payload] of [
    ['devices/press-1/result', result('pump-1', 1)], ['devices/press-1/state', settled('pump-1', 'outer_race_severe')],
    ['devices/press-1/status', status('device', 'pump-1', { state: 'offline' })], ['workers/worker-1/status', status('worker', 'worker-2')],
    ['devices/press-1/result', result('press-1', 1, { fleet: 'plant-8' })],
  ] as const) feed(store, leaf, payload);
  assert.equal(store.refused, 5);
  assert.equal(store.devices.has('pump-1'), false);
  assert.equal(store.workers.has('worker-1'), false);
  assert.equal(store.devices.get('press-1')?.presence.state, 'online');
  assert.deepEqual(new Set(store.events.list.map((event) => event.subject)), new Set(['press-1', 'worker-1']));
  assert.ok(store.events.list.every((event) => event.kind === 'refused'));
});

test('what cannot be read is refused, never thrown', () => {
  const store = storeOf();
  const bad = ['', '{', 'null', '[]', '"x"', '{"decided_by":"constructor"}', '\u0000', result('pump-1', 1, { decided_by: 'nobody' })];
  for (const payload of bad) feed(store, 'devices/pump-1/result', payload);
  for (const payload of ['{}', 'null', '{"state":"__proto__"}']) feed(store, 'devices/pump-1/status', payload);
  feed(store, 'devices/pump-1/result', result('pump-1', 1), true); // retained
  store.apply({ topic: 'biglittle/v1/other/devices/pump-1/result', payload: result('pump-1', 1), retained: false }, NOW);
  store.apply({ topic: `${PREFIX}/devices/pump-1/constructor`, payload: '{}', retained: false }, NOW);
  assert.equal(store.refused, bad.length + 3 + 3);
  assert.equal(store.results, 0);
});

test('odd numbers and endless texts do no harm', () => {
  const store = storeOf();
  feed(store, 'devices/pump-1/result', result('pump-1', 1, { confidence: 1e300, label: 'x'.repeat(100_000), latency_ms: null, models: 7, little: [], truth: -3, class_index: 1e9 }));
  const last = store.devices.get('pump-1')!.last!;
  assert.equal(last.confidence, 1);
  assert.equal(last.label.length, 201);
  assert.equal(store.devices.get('pump-1')!.confusion.size, 0);
});

test('several results of a message are each one', () => {
  const store = storeOf();
  feed(store, 'devices/pump-1/result', `${result('pump-1', 1)}\n${result('pump-1', 2, FROM_BIG)}\n`);
  const device = store.devices.get('pump-1')!;
  assert.equal(device.resultCount, 2);
  assert.equal(device.decisions.share('big'), 0.5);
  assert.equal(device.latencies.medians()?.network, 1);
});

test('provisional results and what waited on the device are not counted twice', () => {
  const store = storeOf();
  feed(store, 'devices/pump-1/result', result('pump-1', 1, { stage: 'provisional' }));
  feed(store, 'devices/pump-1/result', result('pump-1', 2, { resent: true, capture_time: new Date(NOW - 100_000).toISOString() }));
  const device = store.devices.get('pump-1')!;
  assert.equal(device.resultCount, 0);
  assert.notEqual(device.history.classAt(NOW / 1000 - 100), 0);
});

test('what is delivered twice counts once', () => {
  const store = storeOf();
  for (let at = 0; at < 3; ++at) feed(store, 'devices/pump-1/result', result('pump-1', 7, { truth: 0 }));
  const device = store.devices.get('pump-1')!;
  assert.equal(device.resultCount, 1);
  assert.equal(device.confused(0, 0), 1);
  feed(store, 'devices/pump-1/result', result('pump-1', 7, { run: 'another' }));
  assert.equal(device.resultCount, 2);
});

test('who goes and comes back is an event, since when is known', () => {
  const store = storeOf();
  feed(store, 'devices/pump-1/status', status('device', 'pump-1'), true);
  feed(store, 'devices/pump-1/status', status('device', 'pump-1', { state: 'offline', counters: {} }), false, NOW + 1000);
  assert.deepEqual(concernsOf(store, NOW + 13_000).map((concern) => concern.text), ['offline for 12 s']);
  feed(store, 'devices/pump-1/status', status('device', 'pump-1'), false, NOW + 20_000);
  assert.deepEqual(store.events.list.map((event) => event.text), ['is offline', 'is online again']);
  assert.equal(concernsOf(store, NOW + 20_000).length, 0);
});

test('a status that was retained before tells no more than it can', () => {
  const store = storeOf();
  feed(store, 'devices/pump-1/status', status('device', 'pump-1', { state: 'offline' }), true);
  assert.deepEqual(concernsOf(store, NOW + 12_000).map((concern) => concern.text), ['offline for at least 12 s']);
});

test('whoever is taken out of the fleet is gone', () => {
  const store = storeOf();
  feed(store, 'devices/pump-1/status', status('device', 'pump-1'));
  feed(store, 'devices/pump-1/status', '');
  assert.equal(store.devices.size, 0);
});

test('fallbacks are counted by reason and are one event while they go on', () => {
  const store = storeOf();
  for (let at = 0; at < 50; ++at) feed(store, 'devices/pump-1/result', result('pump-1', at, { decided_by: 'fallback', reason: 'deadline' }), false, NOW + at * 100);
  assert.equal(store.devices.get('pump-1')!.fallbacks.get('deadline'), 50);
  assert.equal(store.events.list.length, 1);
  assert.equal(store.events.list[0]!.count, 50);
});

test('too much escalation is told against what tuning promised', () => {
  const store = storeOf();
  feed(store, 'devices/pump-1/status', status('device', 'pump-1'));
  feed(store, 'devices/pump-1/state', settled('pump-1', 'healthy'));
  for (let at = 0; at < 200; ++at) feed(store, 'devices/pump-1/result', result('pump-1', at, at % 2 ? FROM_BIG : {}));
  assert.deepEqual(concernsOf(store, NOW).map((concern) => concern.text), ['escalates 50 % (tuning promised 13 %)']);
});

test('strangers’ reasons and labels fill no memory', () => {
  const store = storeOf();
  for (let at = 0; at < 5000; ++at) {
    feed(store, 'devices/pump-1/result', result('pump-1', at, { decided_by: 'fallback', reason: `r${at}`, label: `l${at}` }));
  }
  assert.ok(store.devices.get('pump-1')!.fallbacks.size <= 33);
  assert.ok(store.events.list.length <= 2000);
  assert.equal(store.classes.of('vibration', 'l4999').label, 'others');
});

test('prioritised classes are told, the normal one is not', () => {
  const store = storeOf();
  const told: string[] = [];
  store.onPrioritised = (device, label) => told.push(`${device.id} ${label}`);
  for (const label of ['healthy', 'outer_race_severe', 'outer_race_severe', 'healthy']) feed(store, 'devices/pump-1/state', settled('pump-1', label));
  assert.deepEqual(told, ['pump-1 outer_race_severe']);
});

test('a device that an operator has paused says so, and until when', () => {
  const store = storeOf();
  const until = new Date(2026, 10, 29, 20, 0).toISOString();
  feed(store, 'devices/pump-1/status', status('device', 'pump-1', { paused: true, differs: { threshold: '0.8' }, differs_until: until }));
  feed(store, 'devices/pump-1/state', settled('pump-1', 'healthy'));
  assert.deepEqual(concernsOf(store, NOW).map((concern) => concern.text), ['paused until 20:00']);
  assert.equal(store.devices.get('pump-1')!.status!.differs.get('threshold'), '0.8');
});

test('a window must be of its shape', () => {
  const store = storeOf();
  const snapshot = (more: object): string => JSON.stringify({ sequence: 7, task: 'vibration', dtype: 'float32', shape: [1, 4], window: [1, 2, 3, 4], label: 'healthy', ...more });
  feed(store, 'devices/pump-1/snapshot/7', snapshot({}));
  assert.deepEqual(store.devices.get('pump-1')!.snapshot?.window, [1, 2, 3, 4]);
  feed(store, 'devices/pump-1/snapshot/8', snapshot({ shape: [1, 5] }));
  feed(store, 'devices/pump-1/snapshot/8', snapshot({ window: [1, 2, '<b>', 4] }));
  assert.equal(store.refused, 2);
  assert.equal(store.devices.get('pump-1')!.snapshot?.sequence, '7');
});

test('names are in the order of their numbers', () => {
  assert.deepEqual(['pump-10', 'pump-2', 'fan-1'].sort(compareNames), ['fan-1', 'pump-2', 'pump-10']);
});

test('a page without settings of its own speaks to where it came from', () => {
  const settings = readSettings(SETTINGS);
  assert.equal(brokerUrl(settings, { protocol: 'https:', host: 'x:8884' }), 'wss://x:8884/mqtt');
  assert.equal(brokerUrl({ ...settings, url: 'wss://b:1/mqtt' }, { protocol: 'http:', host: 'x' }), 'wss://b:1/mqtt');
  assert.throws(() => readSettings({}), /names no fleet/);
});
