// What stands around every place: the fleet's name, the places, the link, who looks.
import type { LinkState } from '../link/link';
import type { FleetStore } from '../store/fleet_store';
import { clock, duration } from '../words';
import { countsOf } from './concerns';
import { h, replace, setAttribute, setClass, setText, Shape } from './dom';
import type { View } from './view';

const PLACES: [string, string][] = [['#/', 'Fleet'], ['#/events', 'Events'], ['#/workers', 'Workers']];

export interface ShellActions {
  nextTheme(): void;
  themeWords(): string;
  log(): void;
  who(): string;
}

export class Shell {
  readonly element: HTMLElement;
  private readonly counts = h('span', { class: 'faint number counts' });
  private readonly places = new Map<string, HTMLElement>();
  private readonly shape = new Shape();
  private readonly link = h('span', {});
  private readonly linkBox: HTMLElement;
  private readonly theme = h('button', { type: 'button', class: 'quiet' });
  private readonly who = h('button', { type: 'button', class: 'quiet' });
  private readonly banner = h('div', { class: 'banner', role: 'status' });
  private readonly main = h('main', { id: 'main', tabindex: '-1' });
  private bannerFor = '';

  constructor(private readonly store: FleetStore, private readonly actions: ShellActions) {
    this.linkBox = h('span', { class: 'link' }, this.shape.element, this.link);
    for (const [href, words] of PLACES) this.places.set(href, h('a', { href }, words));
    this.theme.addEventListener('click', () => actions.nextTheme());
    this.who.addEventListener('click', () => actions.log());
    this.element = h('div', { class: 'shell' },
      h('a', { href: '#main', class: 'skip', click: (event) => { event.preventDefault(); this.main.focus(); } }, 'Skip to the content'),
      h('header', {}, h('a', { href: '#/', class: 'fleet-name' }, store.settings.fleet), this.counts,
        h('nav', { 'aria-label': 'Places' }, ...this.places.values()), this.linkBox, this.theme, this.who),
      this.banner, this.main);
  }

  show(view: View, place: string): void {
    replace(this.main, view.element);
    document.title = `${view.title} · ${this.store.settings.fleet}`;
    for (const [href, element] of this.places) {
      const isHere = href === place || (href === '#/' && place.startsWith('#/d/'));
      if (isHere) setAttribute(element, 'aria-current', 'page');
      else element.removeAttribute('aria-current');
    }
  }

  paint(link: LinkState, now: number, retry: HTMLElement | null): void {
    setText(this.counts, countsOf(this.store));
    const isLive = link.kind === 'live';
    this.shape.set(isLive ? 'well' : link.kind === 'connecting' ? 'neutral' : 'absent');
    setText(this.link, isLive ? 'live' : link.kind === 'connecting' ? 'connecting' : 'not live');
    setText(this.theme, this.actions.themeWords());
    setText(this.who, this.actions.who());
    setClass(this.element, isLive || link.kind === 'connecting' ? 'shell' : 'shell is-stale');
    this.paintBanner(link, now, retry);
  }

  private paintBanner(link: LinkState, now: number, retry: HTMLElement | null): void {
    const words = bannerWords(link, now);
    this.banner.hidden = words === '';
    const key = `${words}${retry !== null}${link.kind}`;
    if (key === this.bannerFor) return;
    this.bannerFor = key;
    replace(this.banner, words, retry);
  }
}

function bannerWords(link: LinkState, now: number): string {
  const since = `since ${clock(link.since)}, for ${duration(now - link.since)}`;
  switch (link.kind) {
    case 'lost': return `Not connected ${since}: ${link.why}. This page tries again by itself; what stands here is from before. `;
    case 'refused': return `Not connected: ${link.why}. `;
    case 'elsewhere': return `Not connected ${since}: ${link.why}, and each login has room for one page. `;
    case 'login': return 'This broker wants to know who you are. ';
    default: return '';
  }
}
