// The one sentence: is all well, and if not, what is not.
import type { FleetStore } from '../store/fleet_store';
import { concernsOf, type Concern } from '../store/verdict';
import { inWords, plural } from '../words';
import { deviceHref, h, replace, setText, Shape } from './dom';

const SHOWN = 4;
const EVERY_MS = 500;

export class ConcernSentence {
  readonly element = h('div', { class: 'sentence' });
  private readonly opening = h('h1', { class: 'large' });
  private readonly list = h('p', { class: 'concerns' });
  // For those who listen: only when it is about others than before.
  readonly announcement = h('p', { class: 'unseen', role: 'status' });
  concerns: Concern[] = [];
  private at = 0;
  private said = '';
  private whom = '';

  constructor(private readonly store: FleetStore) {
    this.element.append(this.opening, this.list);
  }

  paint(now: number): void {
    if (now - this.at < EVERY_MS) return;
    this.at = now;
    this.concerns = concernsOf(this.store, now);
    const said = JSON.stringify(this.concerns.slice(0, SHOWN)) + this.concerns.length + this.store.devices.size;
    if (said === this.said) return;
    this.said = said;
    this.write();
  }

  private write(): void {
    const { concerns } = this;
    setText(this.opening, openingOf(concerns.length, this.store));
    const shown = concerns.slice(0, SHOWN).flatMap((concern, at) => [at === 0 ? '' : ' · ', linkTo(concern)]);
    const rest = concerns.length > SHOWN ? ` · and ${inWords(concerns.length - SHOWN)} more` : '';
    replace(this.list, ...shown, rest);
    const whom = concerns.map((concern) => concern.id + concern.tone).join();
    if (whom === this.whom) return;
    this.whom = whom;
    setText(this.announcement, `${this.opening.textContent}: ${this.list.textContent}`);
  }
}

function openingOf(count: number, store: FleetStore): string {
  if (store.devices.size === 0) return 'Waiting for the fleet';
  if (count === 0) return 'All well';
  return count >= store.devices.size + store.workers.size ? 'Nothing is well' : `All well but ${inWords(count)}`;
}

function linkTo(concern: Concern): HTMLElement {
  const href = concern.role === 'worker' ? '#/workers' : deviceHref(concern.id);
  return h('a', { href, class: 'concern' }, new Shape(concern.tone).element, ` ${concern.id}`, h('span', {}, ` ${concern.text}`));
}

// What is not well as cards, where there is no room for a sentence.
export function concernCards(concerns: readonly Concern[]): HTMLElement[] {
  return concerns.slice(0, 12).map((concern) =>
    h('a', { class: 'card', href: concern.role === 'worker' ? '#/workers' : deviceHref(concern.id) },
      new Shape(concern.tone).element, h('span', { class: 'card-name' }, concern.id), h('span', {}, concern.text)));
}

export function countsOf(store: FleetStore): string {
  return `${plural(store.devices.size, 'device')} · ${plural(store.workers.size, 'worker')}`;
}
