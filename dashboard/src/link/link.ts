// The way to the broker: MQTT 5 over websockets. Comes back by itself; whoever was refused or thrown out
// does not try again unasked.
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';

export type LinkKind = 'connecting' | 'live' | 'lost' | 'refused' | 'elsewhere' | 'login';

export interface LinkState {
  kind: LinkKind;
  since: number;
  why: string;
}

export interface Login {
  user: string;
  password: string;
}

export interface LinkHopes {
  onState(state: LinkState): void;
  onMessage(topic: string, payload: string, retained: boolean): void;
}

const SESSION_TAKEN_OVER = 142;
// Mosquitto 2.0 does not say so over websockets. But who is thrown out so soon after he came back by himself
// was so by another page of the same login: whoever opened his last, by hand, stays.
const THROWN_OUT_MS = 3000;
const RETRY_MS = 1000;
// Below the broker's max_keepalive; timers of a tab in the background are slow.
const KEEP_ALIVE_S = 90;

export class Link {
  state: LinkState = { kind: 'connecting', since: Date.now(), why: '' };
  private client: MqttClient | null = null;
  private readonly decoder = new TextDecoder();
  private isByHand = true;
  private hasOwnName = false; // its login is its client id, as provisioning has it

  constructor(private readonly url: string, private readonly hopes: LinkHopes) {}

  open(login: Login | null, subscriptions: Record<string, { qos: 0 | 1 }>): void {
    this.client?.end(true);
    this.enter('connecting', '');
    this.isByHand = true;
    this.hasOwnName = login?.user.includes('@') ?? false;
    const client = mqtt.connect(this.url, optionsOf(login));
    this.client = client;
    // What an earlier client still says is nobody's.
    const mine = (act: () => void) => (): void => {
      if (this.client === client) act();
    };
    client.on('connect', mine(() => {
      this.enter('live', '');
      client.subscribe(subscriptions, (error) => {
        if (error && this.client === client && client.connected) this.end('refused', `this login may not read the fleet: ${error.message}`);
      });
    }));
    client.on('message', (topic, payload, packet) => {
      if (this.client === client) this.hopes.onMessage(topic, this.decoder.decode(payload), packet.retain);
    });
    client.on('disconnect', (packet) => mine(() => {
      if (packet.reasonCode === SESSION_TAKEN_OVER) this.end('elsewhere', 'this login was opened somewhere else');
    })());
    client.on('error', (error) => mine(() => {
      if (codeOf(error) >= 128) this.end('refused', refusal(codeOf(error)));
    })());
    client.on('close', mine(() => {
      if (this.isThrownOut()) return this.end('elsewhere', 'this login was opened somewhere else');
      this.isByHand = false;
      if (this.state.kind === 'live' || this.state.kind === 'connecting') this.enter('lost', 'the broker does not answer');
    }));
  }

  // Without a login where the broker wants one.
  wait(): void {
    this.client?.end(true);
    this.client = null;
    this.enter('login', '');
  }

  // Further filters, which a login may lack the rights for: then false.
  async subscribe(filters: Record<string, { qos: 0 | 1 }>): Promise<boolean> {
    try {
      const granted = await this.client?.subscribeAsync(filters);
      return granted !== undefined && granted.every((one) => one.qos < 128);
    } catch {
      return false;
    }
  }

  // Rejects, with words, what the broker did not take.
  async publish(topic: string, payload: string): Promise<void> {
    if (!this.client?.connected) throw new Error('the broker is not there');
    try {
      const sent = await this.client.publishAsync(topic, payload, { qos: 1, properties: { messageExpiryInterval: 10 } });
      const code = (sent as { reasonCode?: number } | undefined)?.reasonCode ?? 0;
      if (code >= 128) throw new Error(`code ${code}`);
    } catch (error) {
      throw new Error(`the broker refused it: this login may not steer (${error instanceof Error ? error.message : 'no reason'})`);
    }
  }

  private isThrownOut(): boolean {
    return this.state.kind === 'live' && this.hasOwnName && !this.isByHand && Date.now() - this.state.since < THROWN_OUT_MS;
  }

  private end(kind: LinkKind, why: string): void {
    this.client?.end(true);
    this.client = null;
    this.enter(kind, why);
  }

  private enter(kind: LinkKind, why: string): void {
    if (this.state.kind === kind && this.state.why === why) return;
    this.state = { kind, since: Date.now(), why };
    this.hopes.onState(this.state);
  }
}

function optionsOf(login: Login | null): IClientOptions {
  const options: IClientOptions = {
    protocolVersion: 5,
    clean: true,
    clientId: `biglittle-console-${crypto.getRandomValues(new Uint32Array(2)).join('-')}`,
    keepalive: KEEP_ALIVE_S,
    reconnectPeriod: RETRY_MS,
    connectTimeout: 10_000,
    resubscribe: false, // on each connect we subscribe ourselves
    queueQoSZero: false,
    // The other kind makes a worker of a blob, which the page's policy refuses.
    timerVariant: 'native',
  };
  return login ? { ...options, username: login.user, password: login.password } : options;
}

function codeOf(error: Error): number {
  const { code } = error as { code?: unknown };
  return typeof code === 'number' ? code : 0;
}

function refusal(code: number): string {
  if (code === 134 || code === 135) return 'the broker refused this name and password';
  return `the broker refused the connection (reason code ${code})`;
}
