import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { readReply, readResults, readSettled, readSnapshot, readStatus } from '../../src/messages';

// What the page reads of messages against docs/schemas/, which tests hold against what devices and workers send.

type Schema = Record<string, any>;

// A window of its own rate, which no device tells yet.
const NOT_SENT = new Set(['rate_hz']);

function schemaOf(name: string): Schema {
  return JSON.parse(readFileSync(`../docs/schemas/${name}.schema.json`, 'utf8'));
}

function resolved(part: Schema, root: Schema): Schema {
  return part.$ref ? root.$defs[part.$ref.split('/').at(-1)!] : part;
}

// A message with every field that there is.
function exampleOf(part: Schema, root: Schema): any {
  const shape = resolved(part, root);
  if (shape.enum) return shape.enum[0];
  if (shape.anyOf) return exampleOf(shape.anyOf[0], root);
  if (shape.type === 'boolean') return true;
  if (shape.type === 'array') return [exampleOf(shape.items, root)];
  if (shape.type === 'object') {
    const fields = Object.entries<Schema>(shape.properties ?? { any: shape.additionalProperties });
    return Object.fromEntries(fields.map(([name, value]) => [name, exampleOf(value, root)]));
  }
  if (shape.format === 'date-time') return '2026-11-29T12:00:00.250Z';
  return shape.type === 'string' ? '1' : 1;
}

// Reads the payload, and says which fields were asked for that the schema does not have.
function unknownFields(read: (payload: string) => unknown, message: object): { unknown: string[]; asked: number } {
  const unknown: string[] = [];
  let asked = 0;
  const watch = (value: any): any => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return Array.isArray(value) ? value.map(watch) : value;
    return new Proxy(value, { get: (target, name) => {
      asked += 1;
      if (typeof name === 'string' && !(name in target) && !NOT_SENT.has(name)) unknown.push(name);
      return watch(target[name]);
    } });
  };
  const parse = JSON.parse;
  JSON.parse = (text: string) => watch(parse(text));
  try {
    read(JSON.stringify(message));
  } finally {
    JSON.parse = parse;
  }
  return { unknown, asked };
}

const READERS: Record<string, (payload: string) => unknown> = {
  result: (payload) => readResults(payload, 'pump-1', 'plant-7'),
  status: (payload) => readStatus(payload, 'device', 'pump-1', 'plant-7'),
  state: (payload) => readSettled(payload, 'pump-1', 'plant-7'),
  snapshot: (payload) => readSnapshot(payload, 'pump-1'),
  'control-reply': (payload) => readReply(payload, 'pump-1'),
};

for (const [name, read] of Object.entries(READERS)) {
  test(`of a ${name} the page reads fields that there are`, () => {
    const schema = schemaOf(name);
    const message = exampleOf(schema, schema);
    if ('fleet' in message) Object.assign(message, { fleet: 'plant-7', device: 'pump-1' });
    const { unknown, asked } = unknownFields(read, message);
    assert.deepEqual(unknown, []);
    assert.ok(asked > 3);
  });
}

test('a field that there is not is noticed', () => {
  assert.deepEqual(unknownFields((payload) => JSON.parse(payload).inner.colour, { inner: { a: 1 } }).unknown, ['colour']);
});
