// The names under which a fleet's messages travel, as docs/wire.md has them. Who a message is from
// says its topic, which the broker has checked, never its payload.

export type Kind = 'result' | 'status' | 'state' | 'reply' | 'snapshot';

export interface Origin {
  role: 'device' | 'worker';
  id: string;
  kind: Kind;
}

const DEVICE_LEAVES: Record<string, Kind> = { result: 'result', status: 'status', state: 'state' };

export class Topics {
  private readonly prefix: string;

  constructor(root: string, readonly fleet: string) {
    this.prefix = `${root}/${fleet}/`;
  }

  // What a dashboard reads. Results at QoS 0: a screen wants the newest, and no backlog of them.
  subscriptions(): Record<string, { qos: 0 | 1 }> {
    return {
      [`${this.prefix}devices/+/status`]: { qos: 1 },
      [`${this.prefix}workers/+/status`]: { qos: 1 },
      [`${this.prefix}devices/+/state`]: { qos: 1 },
      [`${this.prefix}devices/+/result`]: { qos: 0 },
    };
  }

  // What an operator reads as well, and whom a broker may refuse it.
  operatorSubscriptions(): Record<string, { qos: 0 | 1 }> {
    return {
      [`${this.prefix}devices/+/control/reply`]: { qos: 1 },
      [`${this.prefix}devices/+/snapshot/+`]: { qos: 1 },
    };
  }

  control(device: string): string {
    return `${this.prefix}devices/${device}/control`;
  }

  // null: none of this fleet's topics.
  originOf(topic: string): Origin | null {
    if (!topic.startsWith(this.prefix)) return null;
    const [branch, id, leaf, below, ...rest] = topic.slice(this.prefix.length).split('/');
    if (!id || rest.length > 0) return null;
    if (branch === 'workers') {
      return leaf === 'status' && below === undefined ? { role: 'worker', id, kind: 'status' } : null;
    }
    if (branch !== 'devices') return null;
    if (leaf === 'control') return below === 'reply' ? { role: 'device', id, kind: 'reply' } : null;
    if (leaf === 'snapshot') return below ? { role: 'device', id, kind: 'snapshot' } : null;
    const kind = leaf !== undefined && below === undefined && Object.hasOwn(DEVICE_LEAVES, leaf)
      ? DEVICE_LEAVES[leaf] : undefined;
    return kind ? { role: 'device', id, kind } : null;
  }
}
