// Joins the parts: settings, store, link and views, and the one repaint a frame.
import { Link, type LinkState, type Login } from './link/link';
import { takeLoginFromAddress } from './link/login_address';
import type { ControlReply } from './messages';
import { Notifier } from './notifier';
import { brokerUrl, type Settings } from './settings';
import { FleetStore } from './store/fleet_store';
import { Theme } from './theme';
import { Topics } from './topics';
import { h } from './views/dom';
import { DeviceView } from './views/device_view';
import { EventsView } from './views/events_view';
import { FleetView } from './views/fleet_view';
import { LoginDialog } from './views/login_dialog';
import { Shell } from './views/shell';
import type { Helm } from './views/steering';
import type { Context, View } from './views/view';
import { WorkersView } from './views/workers_view';

const TICK_MS = 1000;

export class App implements Context, Helm {
  readonly store: FleetStore;
  private readonly topics: Topics;
  private readonly link: Link;
  private readonly theme: Theme;
  private readonly shell: Shell;
  private readonly dialog: LoginDialog;
  private readonly notifier = new Notifier();
  private readonly waiting = new Map<string, (reply: ControlReply) => void>();
  private view: View | null = null;
  private login: Login | null = null;
  private isAsked = false;
  private revision = -1;
  private wants = true;

  constructor(private readonly settings: Settings) {
    this.topics = new Topics(settings.topicRoot, settings.fleet);
    this.store = new FleetStore(settings, this.topics);
    this.store.onReply = (reply) => this.waiting.get(reply.id)?.(reply);
    this.store.onPrioritised = (device, label) => this.notifier.tell(device.id, label, Date.now());
    this.link = new Link(brokerUrl(settings, location), {
      onState: (state) => this.onLink(state),
      onMessage: (topic, payload, retained) => this.store.apply({ topic, payload, retained }, Date.now()),
    });
    this.shell = new Shell(this.store, {
      nextTheme: () => this.theme.next(), themeWords: () => `◐ ${this.theme.choice}`,
      log: () => this.dialog.ask('operator', ''), who: () => this.whoWords(),
    });
    this.dialog = new LoginDialog(settings.fleet, (login) => this.enter(login));
    this.theme = new Theme(() => this.reopen());
  }

  start(root: HTMLElement, login: Login | null): void {
    root.replaceChildren(this.shell.element, this.dialog.element);
    window.addEventListener('hashchange', () => {
      const given = takeLoginFromAddress();
      this.goTo(location.hash);
      if (given) this.enter(given);
    });
    for (const name of ['scroll', 'resize'] as const) window.addEventListener(name, () => this.repaint(), { passive: true });
    setInterval(() => this.repaint(), TICK_MS);
    this.goTo(location.hash);
    requestAnimationFrame(() => this.frame());
    if (login || !this.settings.login) return this.enter(login);
    this.link.wait();
    this.dialog.ask('dashboard', '');
  }

  repaint(): void {
    this.wants = true;
  }

  maySteer(): boolean {
    return this.link.state.kind === 'live' && (this.settings.steering || (this.login?.user.startsWith('operator:') ?? false));
  }

  askForLogin(): void {
    this.dialog.ask('operator', '');
  }

  async send(device: string, request: Record<string, unknown>): Promise<void> {
    await this.link.publish(this.topics.control(device), JSON.stringify(request));
  }

  reply(id: string, ms: number): Promise<ControlReply | null> {
    return new Promise((resolve) => {
      const end = (reply: ControlReply | null): void => {
        this.waiting.delete(id);
        clearTimeout(timer);
        resolve(reply);
      };
      const timer = setTimeout(() => end(null), ms);
      this.waiting.set(id, end);
    });
  }

  private enter(login: Login | null): void {
    this.login = login;
    this.isAsked = false;
    this.link.open(login, this.topics.subscriptions());
  }

  private onLink(state: LinkState): void {
    this.store.say(Date.now(), 'link', state.kind === 'live' ? 'well' : 'neutral', 'page', 'this page', linkWords(state));
    this.repaint();
    if (state.kind === 'live') return this.listenAsOperator();
    if (state.kind !== 'refused' || this.isAsked) return;
    this.isAsked = true;
    this.dialog.ask(this.login?.user.startsWith('operator:') ? 'operator' : 'dashboard', this.login ? `That did not work: ${state.why}.` : '');
  }

  // Only whoever steers reads the answers; a dashboard's login has no right to them.
  private listenAsOperator(): void {
    if (this.maySteer()) void this.link.subscribe(this.topics.operatorSubscriptions());
  }

  private retryButton(): HTMLElement | null {
    const { kind } = this.link.state;
    if (kind === 'elsewhere') return h('button', { type: 'button', click: () => this.enter(this.login) }, 'Use it here');
    if (kind === 'refused' || kind === 'login') return h('button', { type: 'button', click: () => this.dialog.ask('dashboard', '') }, 'Log in');
    return null;
  }

  private whoWords(): string {
    const user = this.login?.user ?? '';
    const name = /^(?:dashboard|operator):([^@]*)@/.exec(user)?.[1];
    if (user.startsWith('operator:')) return `operator ${name ?? ''}`.trim();
    return name ?? (user === '' ? 'Log in' : user);
  }

  private goTo(hash: string): void {
    const place = hash === '' ? '#/' : hash;
    this.view?.close?.();
    this.view = this.viewOf(place);
    this.shell.show(this.view, place);
    window.scrollTo(0, 0);
    this.repaint();
  }

  private viewOf(place: string): View {
    if (place.startsWith('#/d/')) return new DeviceView(decode(place.slice(4)), this, this);
    if (place === '#/events') return new EventsView(this, this.notifier);
    if (place === '#/workers') return new WorkersView(this);
    return new FleetView(this);
  }

  // In other colours: canvases are drawn anew.
  private reopen(): void {
    if (this.view) this.goTo(location.hash);
  }

  private frame(): void {
    requestAnimationFrame(() => this.frame());
    if (!this.wants && this.store.revision === this.revision) return;
    this.wants = false;
    this.revision = this.store.revision;
    const now = Date.now();
    this.shell.paint(this.link.state, now, this.retryButton());
    this.view?.paint(now);
  }
}

function linkWords(state: LinkState): string {
  if (state.kind === 'live') return 'is connected to the broker';
  return state.why === '' ? `is ${state.kind === 'login' ? 'not logged in' : 'connecting'}` : `is not connected: ${state.why}`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
