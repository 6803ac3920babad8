// Who is looking: a name and a password, which this page keeps in memory alone.
import type { Login } from '../link/link';
import { h, setText } from './dom';

export class LoginDialog {
  readonly element: HTMLDialogElement;
  private readonly who = h('input', { id: 'login-name', name: 'name', autocomplete: 'username', required: true });
  private readonly password = h('input', { id: 'login-password', name: 'password', type: 'password', autocomplete: 'current-password', required: true });
  private readonly role = h('select', { id: 'login-role' }, h('option', { value: 'dashboard' }, 'dashboard (reads)'), h('option', { value: 'operator' }, 'operator (steers)'));
  private readonly why = h('p', { class: 'tone-alarm', role: 'alert' });
  private readonly title = h('h2', { id: 'login-title' }, 'Log in');

  constructor(private readonly fleet: string, enter: (login: Login) => void) {
    const form = h('form', { class: 'login' }, this.title, this.why,
      h('label', { for: 'login-name' }, 'Name', this.who), h('label', { for: 'login-role' }, 'As', this.role),
      h('label', { for: 'login-password' }, 'Password', this.password),
      h('p', { class: 'faint' }, 'As “biglittle provision add-dashboard” or “add-operator” made it. It is kept in this page’s memory and nowhere else.'),
      h('div', { class: 'buttons' }, h('button', { type: 'button', click: () => this.element.close() }, 'Cancel'), h('button', { class: 'primary' }, 'Log in')));
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      const login = { user: this.userName(), password: this.password.value };
      this.password.value = '';
      this.element.close();
      enter(login);
    });
    this.element = h('dialog', { 'aria-labelledby': 'login-title' }, form);
  }

  ask(role: 'dashboard' | 'operator', why: string): void {
    this.role.value = role;
    setText(this.why, why);
    setText(this.title, role === 'operator' ? 'Log in as an operator' : `Log in to ${this.fleet}`);
    if (!this.element.open) this.element.showModal();
    this.who.focus();
  }

  // The broker's name of an identity is ROLE:ID@FLEET; whoever writes the whole one means it.
  private userName(): string {
    const name = this.who.value.trim();
    return name.includes(':') ? name : `${this.role.value}:${name}@${this.fleet}`;
  }
}
