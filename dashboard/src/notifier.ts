// Browser notifications for prioritised classes; each device and class once in a while.
import { className } from './words';

const COOL_DOWN_MS = 5 * 60_000;

export class Notifier {
  private readonly told = new Map<string, number>();

  // On the button that asks for the permission; empty: nothing to press.
  words(): string {
    if (typeof Notification === 'undefined' || Notification.permission === 'denied') return '';
    return Notification.permission === 'granted' ? '' : 'Notify me of prioritised classes';
  }

  async ask(): Promise<void> {
    if (typeof Notification !== 'undefined') await Notification.requestPermission();
  }

  tell(device: string, label: string, now: number): void {
    if (!this.isDue(`${device}\n${label}`, now)) return;
    if (typeof Notification === 'undefined' || Notification.permission !== 'granted') return;
    new Notification(`${device}: ${className(label)}`, { tag: `${device} ${label}`, body: 'Settled just now. The console says since when.' });
  }

  // Once a cool-down, whoever asks.
  isDue(key: string, now: number): boolean {
    const last = this.told.get(key);
    if (last !== undefined && now - last < COOL_DOWN_MS) return false;
    if (this.told.size > 5000) this.told.clear();
    this.told.set(key, now);
    return true;
  }
}
