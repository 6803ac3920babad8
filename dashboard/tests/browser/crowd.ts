// A large fleet that a script speaks for.
import type { MqttClient } from 'mqtt';
import type { Page } from 'playwright-core';
import { FROM_BIG, PREFIX, result, settled, status } from '../payloads';
import { send } from './lab';

// So many results a second, of one device after the other.
export class Flood {
  sent = 0;
  private readonly begin = Date.now();
  private readonly timer: NodeJS.Timeout;

  constructor(client: MqttClient, ids: readonly string[], perSecond = 1000) {
    this.timer = setInterval(() => {
      for (const due = (Date.now() - this.begin) * perSecond / 1000; this.sent < due; ++this.sent) {
        const id = ids[this.sent % ids.length]!;
        const label = this.sent % 97 === 0 ? 'imbalance_mild' : 'healthy';
        client.publish(`${PREFIX}/devices/${id}/result`, result(id, this.sent, this.sent % 9 === 0 ? { ...FROM_BIG, label } : { label }), { qos: 0 });
      }
    }, 10);
  }

  rate(): number {
    return this.sent / ((Date.now() - this.begin) / 1000);
  }

  end(): void {
    clearInterval(this.timer);
  }
}

// MB in use, of what the page's scripts have.
export function heapOf(page: Page): Promise<number> {
  return page.evaluate(() => (performance as unknown as { memory: { usedJSHeapSize: number } }).memory.usedJSHeapSize / 1e6);
}

export async function enrol(client: MqttClient, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    client.publish(`${PREFIX}/devices/${id}/status`, status('device', id), { qos: 1, retain: true });
    client.publish(`${PREFIX}/devices/${id}/state`, settled(id, 'healthy'), { qos: 1, retain: true });
  }
  await send(client, `${PREFIX}/workers/worker-1/status`, status('worker', 'worker-1'), true);
}
