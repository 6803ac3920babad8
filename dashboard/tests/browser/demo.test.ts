// `biglittle demo --dashboard`: real agents and workers, with and without TLS.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import mqtt, { type MqttClient } from 'mqtt';
import type { Page } from 'playwright-core';
import { closeBrowser, openTab, Program, PROGRAM, rowOf, SHOTS, until } from './lab';

after(closeBrowser);

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Violation {
  id: string;
  impact: string;
  nodes: { html: string }[];
}

// The page's policy forbids scripts from elsewhere; what the debugger evaluates is not the page's.
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const found = await page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run(): Promise<{ violations: Violation[] }> } };
    return (await axe.run()).violations;
  });
  return found.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
}

async function start(...parameters: string[]): Promise<{ demo: Program; address: string }> {
  const demo = new Program(PROGRAM, 'demo', '--dashboard', ...parameters);
  const address = await until(() => `an address: ${demo.output}`, () => {
    return demo.output.includes('Ctrl-C') ? /https?:\/\/\S+/.exec(demo.output)?.[0] : undefined;
  }, 60_000);
  return { demo, address };
}

describe('the demo', () => {
  let demo: Program;
  let address = '';

  before(async () => {
    ({ demo, address } = await start());
  });
  after(async () => {
    await demo.end('SIGINT');
    assert.equal(await demo.ended, 0, demo.output);
  });

  async function onlineFleet(page: Page): Promise<void> {
    await until('eight healthy or sick devices', async () => {
      const text = await page.locator('.fleet-table .rows').innerText();
      return (await page.locator('.fleet-table .rows .row:visible').count()) === 8 && !/not heard|no result/.test(text);
    });
  }

  test('the page is light and alive within a second', async () => {
    const { page, context, complaints } = await openTab();
    await page.goto(address);
    await onlineFleet(page); // the agents are there
    await page.goto('about:blank');
    const sizes = new Map<string, number>();
    page.on('response', (answer) => {
      void answer.body().then((body) => sizes.set(answer.url(), gzipSync(body).length)).catch(() => {});
    });
    const begin = Date.now();
    await page.goto(address, { waitUntil: 'commit' });
    await until('the fleet', async () => (await page.locator('.fleet-table .rows .row:visible').count()) === 8, 5000);
    const ms = Date.now() - begin;
    await until('all bodies', () => sizes.size >= 4);
    const weight = [...sizes.values()].reduce((sum, size) => sum + size, 0) / 1000;
    console.log(`the first fleet after ${ms} ms; ${weight.toFixed(0)} kB compressed`);
    assert.ok(weight < 300, `${weight} kB`);
    assert.ok(ms < 1000, `${ms} ms`);
    // The login is out of the address.
    assert.ok(!page.url().includes('login'));
    assert.deepEqual(complaints, []);
    await context.close();
  });

  test('nothing serious to be said by axe, in no place, light or dark, wide or narrow', async () => {
    for (const options of [{ colorScheme: 'light' as const }, { colorScheme: 'dark' as const, viewport: { width: 390, height: 844 } }]) {
      const { page, context, complaints } = await openTab(options);
      await page.goto(address);
      await onlineFleet(page);
      for (const place of ['#/', '#/d/fan-1', '#/events', '#/workers']) {
        await page.evaluate((hash) => { location.hash = hash; }, place);
        await page.waitForTimeout(1500);
        assert.deepEqual(await violations(page), [], `${place} ${options.colorScheme}`);
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), `${place} is wider than the screen`);
        if (SHOTS) await page.screenshot({ path: path.join(SHOTS, `${place.slice(2).replace('/', '-') || 'fleet'}-${options.colorScheme}.png`) });
      }
      assert.deepEqual(complaints, []);
      await context.close();
    }
  });

  test('a worker and a device are killed, seen to be away, and come back', async () => {
    const { page, context } = await openTab();
    await page.goto(address);
    await onlineFleet(page);
    const [worker, device] = [...demo.output.matchAll(/kill -9 (\d+) +# ([\w-]+)/g)].map(([, pid, name]) => ({ pid: Number(pid), name: name! }));
    process.kill(worker!.pid, 'SIGKILL');
    process.kill(device!.pid, 'SIGKILL');
    await page.locator('.concerns').getByText(`${worker!.name} offline for`).waitFor();
    await until('it is offline', async () => /offline/.test(await rowOf(page, device!.name).innerText()));
    await until('they are back', async () => !/offline/.test(await page.locator('main').innerText()), 30_000);
    await page.goto(`${address.split('#')[0]}#/events`);
    await context.close();
  });

  test('a login that the broker does not know is refused, in words, and asked for again', async () => {
    const { page, context } = await openTab();
    await page.goto(`${address.split('#')[0]}#login=demo:wrong`);
    const dialog = page.getByRole('dialog');
    await dialog.getByText('That did not work: the broker refused this name and password.').waitFor();
    assert.match(await page.locator('.banner').innerText(), /Not connected/);
    await context.close();
  });
});

// The demo prints an address for each kind of login.
function addressOf(role: 'operator' | 'dashboard', output: string): string {
  const address = new RegExp(`https?://\\S+#login=${role}\\S+`).exec(output)?.[0];
  assert.ok(address, output);
  return address;
}

describe('over the production configuration', () => {
  let demo: Program;
  let reader = '';
  let operator = '';

  before(async () => {
    ({ demo } = await start('--secure', '--devices', '2'));
    [reader, operator] = [addressOf('dashboard', demo.output), addressOf('operator', demo.output)];
  });
  after(async () => {
    await demo.end('SIGINT');
    assert.equal(await demo.ended, 0, demo.output);
  });

  test('a dashboard’s login reads, and has room for one page', async () => {
    const alone = await openTab();
    await alone.page.goto(reader);
    await rowOf(alone.page, 'fan-1').waitFor();
    const other = await openTab();
    await other.page.goto(reader);
    await alone.page.getByText('this login was opened somewhere else').waitFor();
    await alone.page.getByRole('button', { name: 'Use it here' }).click();
    await alone.page.getByText('live', { exact: true }).waitFor();
    await alone.page.evaluate(() => { location.hash = '#/d/fan-1'; });
    await alone.page.getByText('Locked. To pause this device').waitFor();
    assert.deepEqual(alone.complaints, []);
    await other.context.close();
    await alone.context.close();
  });

  test('an operator’s steering arrives, and the device itself answers', async () => {
    const { page, context, complaints } = await openTab();
    await page.goto(operator);
    await rowOf(page, 'fan-1').waitFor();
    await page.evaluate(() => { location.hash = '#/d/fan-1'; });
    await page.getByRole('button', { name: 'Take a snapshot' }).first().click();
    await page.locator('.answers').getByText(/“snapshot”: fan-1 answered after \d+ ms: done/).waitFor();
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Pause' }).click();
    await page.locator('.answers').getByText(/“pause”: fan-1 answered after \d+ ms: done/).waitFor();
    await page.getByText('Different from the file: paused').waitFor();
    await page.getByRole('button', { name: 'Resume', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Resume' }).click();
    await page.locator('.answers').getByText(/“resume”: fan-1 answered after \d+ ms: done/).waitFor();
    await until('nothing differs', async () => !/Different from the file/.test(await page.locator('.steering').innerText()));
    assert.deepEqual(complaints, []);
    await context.close();
  });

  // Whatever a page shows or hides: a login that only reads is refused by the broker itself.
  test('a dashboard’s login is refused steering, and nobody hears of it', async () => {
    const desk = await connectAs(operator);
    const answers: string[] = [];
    desk.on('message', (_, payload) => answers.push(payload.toString()));
    await desk.subscribeAsync('biglittle/v1/demo/devices/+/control/reply', { qos: 1 });
    const stranger = await connectAs(reader);
    const topic = 'biglittle/v1/demo/devices/fan-1/control';
    await assert.rejects(stranger.publishAsync(topic, '{"id":"stranger","verb":"pause"}', { qos: 1 }), /Not authorized/);
    await assert.rejects(stranger.subscribeAsync(`${topic}/reply`, { qos: 1 }), /Not authorized|Subscribe error/);
    // What was asked later is answered, and nothing before it.
    await desk.publishAsync(topic, '{"id":"desk","verb":"status"}', { qos: 1 });
    const answer = await until('an answer', () => answers[0]);
    const { id, ok, status } = JSON.parse(answer) as { id: string; ok: boolean; status: { paused: boolean } };
    assert.deepEqual({ id, ok, paused: status.paused }, { id: 'desk', ok: true, paused: false });
    assert.equal(answers.length, 1);
    await stranger.endAsync();
    await desk.endAsync();
  });
});

// To the page's own listener, by the login that its address holds.
async function connectAs(address: string): Promise<MqttClient> {
  const { host, hash } = new URL(address);
  const [username, password] = hash.slice('#login='.length).split(':').map(decodeURIComponent) as [string, string];
  return mqtt.connectAsync(`ws://${host}/mqtt`, { protocolVersion: 5, clientId: username, username, password, reconnectPeriod: 0 });
}
