import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as words from '../../src/words';

test('a duration is said in its largest unit, hours with their minutes', () => {
  assert.equal(words.duration(-5), '0 s');
  assert.equal(words.duration(59_999), '59 s');
  assert.equal(words.duration(12 * 60_000), '12 min');
  assert.equal(words.duration(2 * 3_600_000 + 5 * 60_000), '2 h 5 min');
  assert.equal(words.duration(3_600_000), '1 h');
  assert.equal(words.duration(75 * 3_600_000), '3 d');
});

test('numbers have two significant digits, large ones all of their whole ones', () => {
  assert.equal(words.significant(0), '0');
  assert.equal(words.significant(0.0431), '0.043');
  assert.equal(words.significant(1.02), '1');
  assert.equal(words.significant(1.64), '1.6');
  assert.equal(words.significant(340.4), '340');
  assert.equal(words.grouped(12345), '12\u2009345');
  assert.equal(words.milliseconds(1600), '1.6 s');
});

test('a share is never rounded to none or to all', () => {
  assert.equal(words.percent(0), '0 %');
  assert.equal(words.percent(0.004), '< 1 %');
  assert.equal(words.percent(0.996), '> 99 %');
  assert.equal(words.percent(1), '100 %');
  assert.equal(words.percent(0.1349), '13 %');
});

test('classes and reasons are said as people say them; strangers’ reasons stay what they are', () => {
  assert.equal(words.className('outer_race_severe'), 'outer race, severe');
  assert.equal(words.className('walking_upstairs'), 'walking upstairs');
  assert.equal(words.fallbackReason('deadline'), 'no answer from the cloud in time');
  assert.equal(words.fallbackReason('rejected: overloaded'), 'a worker refused it: overloaded');
  assert.equal(words.fallbackReason('constructor'), 'constructor');
  assert.equal(words.inWords(2), 'two');
  assert.equal(words.inWords(37), '37');
});
