// The console in a browser, against a real broker and scripted devices.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Page } from 'playwright-core';
import { FLEET, PREFIX, result, settled, status } from '../payloads';
import { enrol, Flood, heapOf } from './crowd';
import { Broker, closeBrowser, openTab, rowOf, send, until } from './lab';

after(closeBrowser);

test('hostile labels are words, forged messages are events of whom they came from', async () => {
  const broker = await Broker.start();
  const { page, context, complaints } = await openTab();
  try {
    const client = await broker.client();
    const evil = '<img src=x onerror="window.pwned=1"><script>window.pwned=1</script>';
    await send(client, `${PREFIX}/devices/pump-1/status`, status('device', 'pump-1'), true);
    await send(client, `${PREFIX}/devices/pump-1/state`, settled('pump-1', evil), true);
    await send(client, `${PREFIX}/devices/${encodeURIComponent(evil)}/status`, status('device', encodeURIComponent(evil)), true);
    await page.goto(broker.url);
    await rowOf(page, 'pump-1').waitFor();
    assert.match(await rowOf(page, 'pump-1').innerText(), /<img src=x onerror="window.pwned=1">/);

    await send(client, `${PREFIX}/devices/press-1/result`, result('pump-1', 1, { label: 'forged' }));
    await send(client, `${PREFIX}/devices/pump-1/result`, result('pump-1', 2, { decided_by: 'fallback', reason: evil, label: evil }));
    await page.goto(`${broker.url}#/events`);
    await page.getByText('result refused: it says to be of device pump-1').waitFor();
    await page.getByText('fell back to the little net: <img').waitFor();
    assert.equal(await page.locator('.events-table .row:visible', { hasText: 'result refused' }).getByRole('link').innerText(), 'press-1');

    await page.goto(`${broker.url}#/d/pump-1`);
    await page.getByRole('heading', { name: 'Timeline' }).waitFor();
    await page.waitForTimeout(1200);
    assert.equal(await page.evaluate(() => (window as unknown as { pwned?: number }).pwned), undefined);
    assert.equal(await page.locator('main img, main script').count(), 0);
    assert.deepEqual(complaints, []);
    await client.endAsync();
  } finally {
    await context.close();
    await broker.end();
  }
});

test('a device that dies is offline by its will, and comes back', async () => {
  const broker = await Broker.start();
  const { page, context } = await openTab();
  try {
    const topic = `${PREFIX}/devices/pump-1/status`;
    const device = await broker.client({ topic, payload: status('device', 'pump-1', { state: 'offline', counters: {} }) });
    await send(device, topic, status('device', 'pump-1'), true);
    await page.goto(broker.url);
    await rowOf(page, 'pump-1').getByText('online, no result yet').waitFor();
    device.stream.destroy(); // no DISCONNECT: as somebody does who is killed
    await page.getByRole('heading', { name: 'All well but one' }).or(page.getByRole('heading', { name: 'Nothing is well' })).waitFor();
    assert.match(await rowOf(page, 'pump-1').innerText(), /offline/);
    await until('it is back', () => device.connected);
    await send(device, topic, status('device', 'pump-1'), true);
    await send(device, `${PREFIX}/devices/pump-1/state`, settled('pump-1', 'healthy'), true);
    await page.getByRole('heading', { name: 'All well', exact: true }).waitFor();
    await device.endAsync();
  } finally {
    await context.close();
    await broker.end();
  }
});

test('the broker goes and comes back: the page greys, keeps what it knew, and is live again', async () => {
  const broker = await Broker.start();
  const { page, context } = await openTab();
  try {
    const client = await broker.client();
    await send(client, `${PREFIX}/devices/pump-1/status`, status('device', 'pump-1'), true);
    await page.goto(broker.url);
    await rowOf(page, 'pump-1').waitFor();
    await broker.close();
    await page.locator('.is-stale').waitFor();
    assert.match(await page.locator('.banner').innerText(), /Not connected since .* tries again by itself/);
    assert.equal(await rowOf(page, 'pump-1').count(), 1);
    await broker.open();
    await page.locator('.shell:not(.is-stale)').waitFor();
    await until('the device is back', () => client.connected);
    // A new subscription: what is said now is seen.
    await send(client, `${PREFIX}/devices/pump-2/status`, status('device', 'pump-2'), true);
    await rowOf(page, 'pump-2').waitFor();
    await client.endAsync();
  } finally {
    await context.close();
    await broker.end();
  }
});

test('steering asks first, sends what was confirmed, and shows the device’s own answer', async () => {
  const broker = await Broker.start({ steering: true });
  const { page, context, complaints } = await openTab();
  try {
    const heard: Record<string, unknown>[] = [];
    const device = await broker.client();
    await device.subscribeAsync(`${PREFIX}/devices/pump-1/control`, { qos: 1 });
    device.on('message', (_topic, payload) => {
      const request = JSON.parse(payload.toString()) as Record<string, unknown>;
      heard.push(request);
      void answer(request);
    });
    const answer = async (request: Record<string, unknown>): Promise<void> => {
      const reply = request.verb === 'set' && request.threshold === 0.99
        ? { id: request.id, ok: false, error: 'threshold must be at most 0.98' } : { id: request.id, ok: true, status: {} };
      if (request.verb === 'snapshot') {
        const window = Array.from({ length: 3 * 1024 }, (_, i) => Math.sin(i / (3 + Math.floor(i / 1024))));
        await send(device, `${PREFIX}/devices/pump-1/snapshot/9`, JSON.stringify({ sequence: 9, task: 'vibration', dtype: 'float32', shape: [3, 1024], window, label: 'outer_race_severe', class: 2, confidence: 0.93, decided_by: 'big', captured_at: new Date().toISOString(), rate_hz: 6400 }));
      }
      await send(device, `${PREFIX}/devices/pump-1/control/reply`, JSON.stringify(reply));
    };
    await send(device, `${PREFIX}/devices/pump-1/status`, status('device', 'pump-1', { differs: { policy: 'big-only' } }), true);
    await page.goto(`${broker.url}#/d/pump-1`);

    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    await page.getByRole('dialog').getByText('Pause pump-1?').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    await page.getByLabel('How long').selectOption('for 8 h');
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Pause' }).click();
    await page.getByText(/“pause for 8 h”: pump-1 answered after \d+ ms: done/).waitFor();
    assert.deepEqual(heard.map(({ id: _, ...rest }) => rest), [{ verb: 'pause', for_s: 28_800 }]);

    await page.getByLabel('How long').selectOption('until it is reset');
    await page.getByLabel('Policy').selectOption('big-only');
    await page.getByLabel('Threshold').fill('0.99');
    await page.getByLabel('Escalations a second').fill('5');
    await page.getByRole('button', { name: 'Set…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Set' }).click();
    await page.getByRole('log').getByText('“set policy big-only threshold 0.99 budget {"messages_per_s":5}”').waitFor();
    await page.getByText('pump-1 refused: threshold must be at most 0.98').waitFor();
    await page.getByText('Different from the file: policy big-only.').waitFor();

    await page.getByRole('button', { name: 'Take a snapshot' }).first().click();
    await page.getByText('Reading 9, outer race, severe with 93 % · 160 ms at 6').waitFor();
    assert.equal(await page.locator('canvas.waveform').count(), 3);
    assert.equal(await page.locator('canvas.spectrogram').count(), 3);
    assert.deepEqual(complaints, []);
    await device.endAsync();
  } finally {
    await context.close();
    await broker.end();
  }
});

test('a device that does not answer, and a login that may not steer, are said', async () => {
  const broker = await Broker.start();
  const { page, context } = await openTab();
  try {
    const client = await broker.client();
    await send(client, `${PREFIX}/devices/pump-1/status`, status('device', 'pump-1'), true);
    await page.goto(`${broker.url}#/d/pump-1`);
    await page.getByText('Locked. To pause this device').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Pause', exact: true }).count(), 0);
    await page.getByRole('button', { name: 'Log in as operator' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('ann');
    await dialog.getByLabel('Password').fill('x');
    await dialog.getByRole('button', { name: 'Log in', exact: true }).click();
    // This broker believes anybody.
    await page.getByRole('button', { name: 'operator ann' }).waitFor();
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Resume' }).click();
    await page.getByText('pump-1 has not answered in 12 s; is it online?').waitFor();
    await client.endAsync();
  } finally {
    await context.close();
    await broker.end();
  }
});

// What the page does in its callbacks of requestAnimationFrame, style and layout with it, in ms each.
function timeFrames(page: Page): Promise<void> {
  return page.addInitScript(() => {
    const original = window.requestAnimationFrame.bind(window);
    const times: number[] = [];
    (window as unknown as { frames: number[] }).frames = times;
    window.requestAnimationFrame = (act) => original((at) => {
      const begin = performance.now();
      act(at);
      void document.body.offsetHeight;
      times.push(performance.now() - begin);
    });
  });
}

// Those since the last call, in order of size.
async function framesOf(page: Page): Promise<number[]> {
  const frames = await page.evaluate(() => (window as unknown as { frames: number[] }).frames.splice(0));
  return frames.sort((a, b) => a - b);
}

test('a thousand devices and a thousand results a second stay below 16 ms a frame', async () => {
  const broker = await Broker.start();
  const { page, context, complaints } = await openTab();
  await timeFrames(page);
  const client = await broker.client();
  let flood: Flood | null = null;
  try {
    const ids = Array.from({ length: 1000 }, (_, at) => `pump-${at + 1}`);
    await enrol(client, ids);
    await page.goto(broker.url);
    await page.getByText('1\u2009000 devices').waitFor();
    flood = new Flood(client, ids);
    await page.waitForTimeout(3000);
    await framesOf(page);
    const [heap, started] = [await heapOf(page), Date.now()];
    for (let step = 0; step < 10; ++step) {
      await page.mouse.wheel(0, 3000);
      await page.waitForTimeout(800);
    }
    const seconds = (Date.now() - started) / 1000;
    const frames = await framesOf(page);
    const at = (share: number): number => frames[Math.floor((frames.length - 1) * share)]!;
    console.log(`1,000 devices, ${Math.round(flood.rate())} results a second: ${frames.length} frames in ${seconds.toFixed(1)} s, their work ` +
      `${at(0.5).toFixed(1)} ms median, ${at(0.95).toFixed(1)} ms of 95 %, ${at(1).toFixed(1)} ms at most; heap ${heap.toFixed(0)} to ${(await heapOf(page)).toFixed(0)} MB`);
    assert.ok(at(0.95) <= 16, `frames take ${at(0.95)} ms`);
    assert.ok(frames.length > 10 * seconds, 'it paints too rarely');
    // Only rows in view exist, and what passed by was taken in.
    assert.ok((await page.locator('.fleet-table .rows .row').count()) < 60);
    await page.evaluate(() => window.scrollTo(0, 0));
    await until('the first device has results', async () => /now/.test(await rowOf(page, 'pump-1').innerText()));
    assert.deepEqual(complaints, []);
  } finally {
    flood?.end();
    await client.endAsync(true);
    await context.close();
    await broker.end();
  }
});

test('search and filter find a device among many, arrows go from row to row', async () => {
  const broker = await Broker.start();
  const { page, context } = await openTab();
  try {
    const client = await broker.client();
    for (let at = 1; at <= 60; ++at) await send(client, `${PREFIX}/devices/pump-${at}/status`, status('device', `pump-${at}`), true);
    await send(client, `${PREFIX}/devices/pump-42/state`, settled('pump-42', 'outer_race_severe'), true);
    await page.goto(broker.url);
    await rowOf(page, 'pump-1').waitFor();
    await page.getByRole('searchbox').fill('outer race');
    await until('one row', async () => (await page.locator('.fleet-table .rows .row:visible').count()) === 1);
    await rowOf(page, 'pump-42').waitFor();
    await page.getByRole('searchbox').fill('');
    await page.getByLabel('Which devices').selectOption('alarm');
    await until('one row', async () => (await page.locator('.fleet-table .rows .row:visible').count()) === 1);
    await page.getByLabel('Which devices').selectOption('all');
    await rowOf(page, 'pump-1').getByRole('link').focus();
    for (let at = 0; at < 59; ++at) await page.keyboard.press('ArrowDown');
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'pump-60');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Timeline' }).waitFor();
    assert.equal(await page.title(), `pump-60 · ${FLEET}`);
    await client.endAsync();
  } finally {
    await context.close();
    await broker.end();
  }
});

test('it speaks to a broker over TLS', async () => {
  const broker = await Broker.start();
  const { page, context, complaints } = await openTab();
  try {
    const [port, client] = [await broker.addTls(), await broker.client()];
    await send(client, `${PREFIX}/devices/pump-1/status`, status('device', 'pump-1'), true);
    await page.goto(broker.url);
    await rowOf(page, 'pump-1').waitFor();
    assert.ok(port !== broker.web);
    assert.deepEqual(complaints, []);
    await client.endAsync();
  } finally {
    await context.close();
    await broker.end();
  }
});
