// Whether the page's memory is flat once its hour of history is full. No part of the tests that always run:
//   BIGLITTLE_SOAK_MINUTES=75 npm run test:soak
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { enrol, Flood, heapOf } from '../browser/crowd';
import { Broker, closeBrowser, openTab } from '../browser/lab';

const MINUTES = Number(process.env.BIGLITTLE_SOAK_MINUTES ?? '75');
const DEVICES = Number(process.env.BIGLITTLE_SOAK_DEVICES ?? '100');

after(closeBrowser);

test(`memory of ${DEVICES} devices at a result a second over ${MINUTES} minutes`, { timeout: (MINUTES + 5) * 60_000 }, async () => {
  const broker = await Broker.start();
  const { page, context, complaints } = await openTab();
  const cdp = await context.newCDPSession(page);
  const client = await broker.client();
  const ids = Array.from({ length: DEVICES }, (_, at) => `pump-${at + 1}`);
  await enrol(client, ids);
  await page.goto(broker.url);
  await page.getByText(`${DEVICES} devices`).waitFor();
  const flood = new Flood(client, ids, DEVICES);
  const heaps: number[] = [];
  try {
    for (let minute = 0; minute <= MINUTES; minute += 1) {
      await cdp.send('HeapProfiler.collectGarbage');
      heaps.push(await heapOf(page));
      console.log(`minute ${minute}: ${heaps.at(-1)!.toFixed(1)} MB, ${flood.sent} results`);
      if (minute < MINUTES) await page.waitForTimeout(60_000);
    }
    // The last tenth is no larger than the tenth before it, but for what is noise.
    const tenth = Math.max(1, Math.floor(heaps.length / 10));
    const most = (values: number[]): number => Math.max(...values);
    const [before, last] = [most(heaps.slice(-2 * tenth, -tenth)), most(heaps.slice(-tenth))];
    assert.ok(last <= before * 1.03 + 0.5, `it grows: ${before.toFixed(1)} to ${last.toFixed(1)} MB`);
    assert.deepEqual(complaints, []);
  } finally {
    flood.end();
    await client.endAsync(true);
    await context.close();
    await broker.end();
  }
});
