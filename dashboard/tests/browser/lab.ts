// A browser, a broker and programs for the tests; all of them end with the test.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { appendFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import mqtt, { type MqttClient } from 'mqtt';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { SETTINGS } from '../payloads';

// As tests/browser/run.sh sets them.
const PAGE = process.env.BIGLITTLE_PAGE ?? path.resolve('../build/dashboard');
export const PROGRAM = process.env.BIGLITTLE_PROGRAM ?? path.resolve('../build/release/bin/biglittle');
const CHROMIUM = process.env.BIGLITTLE_CHROMIUM ?? '/usr/bin/chromium';
const MOSQUITTO = ['/usr/sbin/mosquitto', '/usr/local/sbin/mosquitto'].find(existsSync) ?? 'mosquitto';
export const SHOTS = process.env.BIGLITTLE_SHOTS ?? '';

export async function until<T>(what: string | (() => string), get: () => T | undefined | null | false | Promise<T | undefined | null | false>, ms = 20_000): Promise<T> {
  const deadline = Date.now() + ms;
  for (;;) {
    const value = await get();
    if (value) return value;
    if (Date.now() > deadline) throw new Error(`not within ${ms} ms: ${typeof what === 'string' ? what : what()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

// A program that ends with the test, by its own process id.
export class Program {
  output = '';
  private readonly process: ChildProcess;
  readonly ended: Promise<number | null>;

  constructor(program: string, ...parameters: string[]) {
    this.process = spawn(program, parameters, { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.process.stdout, this.process.stderr]) stream?.on('data', (data: Buffer) => (this.output += data.toString()));
    this.ended = new Promise((resolve) => {
      this.process.on('exit', (code) => resolve(code));
      this.process.on('error', (error) => { this.output += String(error); resolve(null); });
    });
  }

  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) this.process.kill(signal);
    await this.ended;
  }
}

// A Mosquitto that serves the page and takes devices over TCP.
export class Broker {
  private program: Program | null = null;

  private constructor(readonly folder: string, readonly tcp: number, readonly web: number) {}

  static async start(settings: object = {}, lines: string[] = []): Promise<Broker> {
    const folder = mkdtempSync(path.join(tmpdir(), 'biglittle-console-'));
    const broker = new Broker(folder, await freePort(), await freePort());
    broker.writePage(settings);
    const { username } = await import('node:os').then((os) => os.userInfo());
    writeFileSync(path.join(folder, 'mosquitto.conf'), [
      'per_listener_settings true', `user ${username}`, 'persistence false', 'set_tcp_nodelay true', 'max_queued_messages 100000', 'log_dest stderr', 'log_type error',
      `listener ${broker.tcp} 127.0.0.1`, 'allow_anonymous true',
      `listener ${broker.web} 127.0.0.1`, 'protocol websockets', `http_dir ${path.join(folder, 'page')}`, ...(lines.length > 0 ? lines : ['allow_anonymous true']), ''].join('\n'));
    await broker.open();
    return broker;
  }

  get url(): string {
    return `http://127.0.0.1:${this.web}/`;
  }

  async open(): Promise<void> {
    const program = new Program(MOSQUITTO, '-c', path.join(this.folder, 'mosquitto.conf'));
    this.program = program;
    await until(() => `mosquitto is there: ${program.output}`, () => fetch(this.url).then((answer) => answer.ok).catch(() => false));
  }

  // From now on the page speaks wss to a listener of its own; the page itself comes as before.
  async addTls(): Promise<number> {
    const port = await freePort();
    const [key, certificate] = ['key.pem', 'cert.pem'].map((name) => path.join(this.folder, name)) as [string, string];
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1',
      '-keyout', key, '-out', certificate], { stdio: 'ignore' });
    await this.close();
    appendFileSync(path.join(this.folder, 'mosquitto.conf'), [`listener ${port} 127.0.0.1`, 'protocol websockets', 'allow_anonymous true',
      `certfile ${certificate}`, `keyfile ${key}`, 'ciphers ECDHE+AESGCM:ECDHE+CHACHA20', ''].join('\n'));
    this.writePage({}, `wss://127.0.0.1:${port}/mqtt`);
    await this.open();
    return port;
  }

  async close(): Promise<void> {
    await this.program?.end();
    this.program = null;
  }

  async end(): Promise<void> {
    await this.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  // Somebody of the fleet; whoever gives a will says `offline` by it.
  async client(will?: { topic: string; payload: string }): Promise<MqttClient> {
    return mqtt.connectAsync(`mqtt://127.0.0.1:${this.tcp}`, { protocolVersion: 5, reconnectPeriod: 200,
      ...(will ? { will: { topic: will.topic, payload: Buffer.from(will.payload), qos: 1 as const, retain: true } } : {}) });
  }

  private writePage(settings: object, url = `ws://127.0.0.1:${this.web}/mqtt`): void {
    const page = path.join(this.folder, 'page');
    mkdirSync(page, { recursive: true });
    for (const name of ['app.js', 'app.css']) cpSync(path.join(PAGE, name), path.join(page, name));
    writeFileSync(path.join(page, 'index.html'), readFileSync(path.join(PAGE, 'index.html'), 'utf8').replace('CONNECT', url));
    writeFileSync(path.join(page, 'settings.json'), JSON.stringify({ ...SETTINGS, url, ...settings }));
  }
}

let browser: Browser | null = null;

export async function closeBrowser(): Promise<void> {
  await browser?.close();
  browser = null;
}

export interface Tab {
  page: Page;
  context: BrowserContext;
  complaints: string[]; // of the console: errors, and what the page's policy refused
}

export async function openTab(options: Parameters<Browser['newContext']>[0] = {}): Promise<Tab> {
  browser ??= await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ignoreHTTPSErrors: true, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // That a broker is away, the browser says by itself.
    if (message.type() === 'error' && !/WebSocket connection|net::ERR_/.test(message.text())) complaints.push(message.text());
  });
  return { page, context, complaints };
}

export function rowOf(page: Page, device: string): ReturnType<Page['locator']> {
  return page.locator('.fleet-table .rows .row:visible', { has: page.getByRole('link', { name: device, exact: true }) });
}

export function send(client: MqttClient, topic: string, payload: string, retain = false): Promise<unknown> {
  return client.publishAsync(topic, payload, { qos: 1, retain });
}
