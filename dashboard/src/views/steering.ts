// Steering one device: asks before it acts, says what it sent and what the device answered.
import type { ControlReply } from '../messages';
import type { FleetStore } from '../store/fleet_store';
import { clock, duration, exactTime, MINUTE, HOUR } from '../words';
import { h, replace, setText } from './dom';

// A snapshot may wait ten seconds for a reading before it is refused.
const ANSWER_MS = 12_000;

export interface Helm {
  // Whether the login that is open may steer, as far as its name tells.
  maySteer(): boolean;
  askForLogin(): void;
  // Resolves when the broker has taken it; rejects with words.
  send(device: string, request: Record<string, unknown>): Promise<void>;
  // Of that id, once; null: in `ms` none came.
  reply(id: string, ms: number): Promise<ControlReply | null>;
}

type Request = { verb: string } & Record<string, unknown>;

interface Action {
  words: string; // on the button
  asks: (device: string) => string; // what it does, before it is done
  fields: () => Request | string; // a string: why not
}

const UNTIL: [string, number][] = [['until it is reset', 0], ['for 15 min', 15 * MINUTE], ['for 1 h', HOUR], ['for 8 h', 8 * HOUR]];
const POLICIES = ['tuned', 'confidence', 'margin', 'entropy', 'logistic', 'little-only', 'big-only'];
const UNLIKE = ['escalate', 'flag', 'ignore'];
const ANSWERS = ['wait', 'refine'];

export class Steering {
  readonly element = h('section', { class: 'steering', 'aria-labelledby': 'steering-title' });
  private readonly log = h('ul', { class: 'answers', role: 'log', 'aria-label': 'Requests and answers' });
  private readonly threshold = h('input', { type: 'number', min: '0', max: '1', step: '0.01', placeholder: 'as the file says', id: 'threshold' });
  private readonly policy = h('select', { id: 'policy' });
  private readonly unlike = h('select', { id: 'unlike' });
  private readonly answer = h('select', { id: 'answer' });
  private readonly budget = h('input', { type: 'number', min: '0', step: 'any', placeholder: 'as the file says', id: 'budget' });
  private readonly until = h('select', { id: 'until' });
  private readonly dialog = h('dialog', { 'aria-labelledby': 'confirm-words' });
  private readonly override = h('p', { class: 'faint' });
  private isOpen: boolean | null = null;

  constructor(private readonly device: string, private readonly helm: Helm, private readonly store: FleetStore) {
    for (const [select, names] of [[this.policy, POLICIES], [this.unlike, UNLIKE], [this.answer, ANSWERS]] as const) {
      select.append(h('option', { value: '' }, 'unchanged'), ...names.map((name) => h('option', { value: name }, name)));
    }
    this.until.append(...UNTIL.map(([words, ms]) => h('option', { value: String(ms / 1000) }, words)));
  }

  paint(): void {
    const maySteer = this.helm.maySteer();
    if (maySteer !== this.isOpen) {
      this.isOpen = maySteer;
      replace(this.element, h('h2', { id: 'steering-title' }, 'Steering'), ...(maySteer ? this.open() : this.locked()));
    }
    setText(this.override, this.overrideWords());
  }

  // Asks the device for the window of its last reading, without further questions: it changes nothing.
  snapshot(): void {
    void this.send({ verb: 'snapshot' });
  }

  private locked(): HTMLElement[] {
    return [h('p', { class: 'faint' }, 'Locked. To pause this device, change its policy or look at its readings, log in as an operator.'),
      h('button', { type: 'button', click: () => this.helm.askForLogin() }, 'Log in as operator')];
  }

  private open(): HTMLElement[] {
    const simple: Action[] = [
      { words: 'Pause', asks: (device) => `Pause ${device}? It takes no readings until it is resumed. Its sensor goes on.`, fields: () => this.limited({ verb: 'pause' }) },
      { words: 'Resume', asks: (device) => `Resume ${device}? It takes readings again.`, fields: () => ({ verb: 'resume' }) },
      { words: 'Reset to the file', asks: (device) => `Reset ${device}? Whatever an operator has set is forgotten: the fleet file counts again.`, fields: () => ({ verb: 'reset' }) },
      { words: 'Restart the sensor', asks: (device) => `Restart the source of ${device}? Readings pause for a moment.`, fields: () => ({ verb: 'restart_source' }) },
    ];
    const set: Action = { words: 'Set…', asks: (device) => `Set ${this.setWords()} on ${device}?`, fields: () => this.setFields() };
    return [
      this.override,
      h('div', { class: 'buttons' }, ...simple.map((action) => this.button(action)), h('button', { type: 'button', click: () => this.snapshot() }, 'Take a snapshot')),
      h('div', { class: 'fields' },
        h('label', { for: 'policy' }, 'Policy ', this.policy), h('label', { for: 'threshold' }, 'Threshold ', this.threshold),
        h('label', { for: 'unlike' }, 'Unlike the training ', this.unlike), h('label', { for: 'answer' }, 'Answer ', this.answer),
        h('label', { for: 'budget' }, 'Escalations a second ', this.budget),
        h('label', { for: 'until' }, 'How long ', this.until), this.button(set)),
      this.log, this.dialog,
    ];
  }

  private button(action: Action): HTMLElement {
    return h('button', { type: 'button', click: () => void this.act(action) }, action.words);
  }

  private limited(request: Request): Request {
    const seconds = Number(this.until.value);
    return seconds > 0 ? { ...request, for_s: seconds } : request;
  }

  private setFields(): Request | string {
    const request: Request = { verb: 'set' };
    if (this.policy.value !== '') request.policy = this.policy.value;
    if (this.threshold.value !== '') request.threshold = Number(this.threshold.value);
    if (this.unlike.value !== '') request.unlike = this.unlike.value;
    if (this.answer.value !== '') request.answer_mode = this.answer.value;
    if (this.budget.value !== '') request.budget = { messages_per_s: Number(this.budget.value) };
    if (!this.threshold.validity.valid) return 'A threshold is a number from 0 to 1.';
    if (!this.budget.validity.valid) return 'Escalations a second are a number, 0 or more.';
    if (Object.keys(request).length === 1) return 'Choose what to set first.';
    return this.limited(request);
  }

  private setWords(): string {
    const parts = [];
    if (this.policy.value !== '') parts.push(`the policy to ${this.policy.value}`);
    if (this.threshold.value !== '') parts.push(`the threshold to ${this.threshold.value}`);
    if (this.unlike.value !== '') parts.push(`readings unlike the training to ${this.unlike.value}`);
    if (this.answer.value !== '') parts.push(`the answer to ${this.answer.value}`);
    if (this.budget.value !== '') parts.push(`the budget to ${this.budget.value} escalations a second`);
    return `${parts.join(' and ')} ${this.until.selectedOptions[0]?.textContent ?? ''}`.trim();
  }

  private async act(action: Action): Promise<void> {
    const request = action.fields();
    if (typeof request === 'string') {
      this.tell(request, 'attention');
      return;
    }
    if (await this.confirm(action.asks(this.device), action.words.replace('…', ''))) await this.send(request);
  }

  private confirm(question: string, words: string): Promise<boolean> {
    return new Promise((resolve) => {
      replace(this.dialog, h('p', { id: 'confirm-words' }, question),
        h('form', { method: 'dialog', class: 'buttons' }, h('button', { value: 'no' }, 'Cancel'), h('button', { value: 'yes', class: 'primary' }, words)));
      this.dialog.returnValue = 'no';
      this.dialog.addEventListener('close', () => resolve(this.dialog.returnValue === 'yes'), { once: true });
      this.dialog.showModal();
    });
  }

  private async send(request: Request): Promise<void> {
    const id = [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    const sentAt = Date.now();
    const line = this.tell(`sent “${requestWords(request)}”, waiting for the answer of ${this.device} …`, 'neutral');
    const answered = this.helm.reply(id, ANSWER_MS);
    try {
      await this.helm.send(this.device, { id, ...request });
    } catch (error) {
      return amend(line, `“${requestWords(request)}”: ${error instanceof Error ? error.message : 'not sent'}`, 'alarm');
    }
    const reply = await answered;
    const said = `“${requestWords(request)}”`;
    if (!reply) return amend(line, `${said}: ${this.device} has not answered in ${duration(ANSWER_MS)}; is it online?`, 'attention');
    this.store.say(Date.now(), 'steering', reply.ok ? 'neutral' : 'attention', 'device', this.device, `${said} ${reply.ok ? 'done' : `refused: ${reply.error}`}`);
    amend(line, reply.ok ? `${said}: ${this.device} answered after ${Date.now() - sentAt} ms: done` : `${said}: ${this.device} refused: ${reply.error}`, reply.ok ? 'well' : 'alarm');
  }

  private tell(words: string, tone: string): HTMLElement {
    const line = h('li', {}, h('time', { class: 'faint number' }, `${clock(Date.now())} `), h('span', { class: `tone-${tone}` }, words));
    this.log.prepend(line);
    while (this.log.childElementCount > 8) this.log.lastElementChild?.remove();
    return line;
  }

  // What differs from the file, as the device itself says it.
  private overrideWords(): string {
    const status = this.store.devices.get(this.device)?.status;
    if (!status) return '';
    const parts = [...status.differs].slice(0, 8).map(([name, value]) => `${name.replaceAll('_', ' ')} ${value}`);
    if (status.paused) parts.unshift('paused');
    const until = Number.isFinite(status.differsUntil) ? `, the first of it until ${exactTime(status.differsUntil)}` : '';
    return parts.length > 0 ? `Different from the file: ${parts.join(', ')}${until}.` : '';
  }
}

function amend(line: HTMLElement, words: string, tone: string): void {
  const span = line.querySelector('span');
  if (!span) return;
  span.className = `tone-${tone}`;
  setText(span, words);
}

function requestWords({ verb, ...fields }: Request): string {
  return [verb.replace('_', ' '), ...Object.entries(fields).map(([name, value]) => name === 'for_s' ? `for ${duration(Number(value) * 1000)}` : `${name.replaceAll('_', ' ')} ${valueWords(value)}`)].join(' ');
}

function valueWords(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value).slice(0, 80) : String(value).slice(0, 80);
}
