import assert from 'node:assert/strict';
import { test } from 'node:test';
import { History, HISTORY_SECONDS, MARK, NO_CLASS } from '../../src/store/history';
import { RecentClasses, RecentDecisions, RecentLatencies } from '../../src/store/recent';

test('a second has its last class, the least and greatest confidence, and all who decided', () => {
  const history = new History();
  history.add(1000, 1, 1, 0.5, MARK.little);
  history.add(1000, 2, 1, 0.9, MARK.big);
  assert.equal(history.classAt(1000), 2);
  assert.equal(history.settledAt(1000), 1);
  assert.ok(Math.abs(history.lowAt(1000) - 0.5) < 0.01);
  assert.ok(Math.abs(history.highAt(1000) - 0.9) < 0.01);
  assert.equal(history.marksAt(1000), MARK.little | MARK.big);
});

test('seconds without a result are empty, also where an hour ago there was one', () => {
  const history = new History();
  history.add(1000, 1, 1, 0.5, MARK.little);
  history.add(1010, 1, 1, 0.5, MARK.little);
  assert.equal(history.classAt(1005), NO_CLASS);
  history.add(1000 + HISTORY_SECONDS + 20, 3, 3, 0.5, MARK.little);
  assert.equal(history.classAt(1010), NO_CLASS);
  assert.equal(history.classAt(1000 + HISTORY_SECONDS), NO_CLASS);
  assert.equal(history.classAt(1000 + HISTORY_SECONDS + 20), 3);
  assert.equal(history.classAt(1000 + HISTORY_SECONDS + 21), NO_CLASS);
});

test('what is older than an hour finds no place, what is younger does', () => {
  const history = new History();
  history.add(10_000, 1, 1, 0.5, MARK.little);
  history.add(10_000 - HISTORY_SECONDS, 2, 2, 0.5, MARK.little);
  assert.equal(history.classAt(10_000), 1);
  history.add(9_000, 2, 2, 0.5, MARK.little);
  assert.equal(history.classAt(9_000), 2);
});

test('shares are those of the last results only', () => {
  const recent = new RecentDecisions(4);
  for (const who of ['big', 'big', 'little', 'little', 'little', 'fallback'] as const) recent.add(who);
  assert.equal(recent.total, 4);
  assert.equal(recent.share('big'), 0);
  assert.equal(recent.share('little'), 0.75);
  assert.equal(recent.escalated(), 0.25);
});

test('the time on the way is what is left of a round trip', () => {
  const recent = new RecentLatencies();
  assert.equal(recent.medians(), null);
  recent.add({ total: 10, little: 1, roundTrip: 8, queue: 2, compute: 3, deadline: 500 });
  assert.equal(recent.medians()?.network, 3);
  assert.equal(recent.roundTrip(), 8);
});

test('a single odd reading changes no majority', () => {
  const recent = new RecentClasses(5);
  for (let at = 0; at < 5; ++at) recent.add('healthy', at);
  recent.add('odd', 6);
  assert.equal(recent.majority, 'healthy');
  for (let at = 7; at < 10; ++at) recent.add('odd', at);
  assert.equal(recent.majority, 'odd');
  assert.equal(recent.since, 8);
});
