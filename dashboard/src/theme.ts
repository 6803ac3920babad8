// Dark, light, or as the system is.
import { forgetColours } from './charts/palette';

const CHOICES = ['auto', 'light', 'dark'] as const;
type Choice = (typeof CHOICES)[number];
const KEY = 'biglittle-theme';

export class Theme {
  choice: Choice;

  constructor(private readonly changed: () => void) {
    const stored = read();
    this.choice = CHOICES.find((choice) => choice === stored) ?? 'auto';
    this.show();
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.show());
  }

  next(): void {
    this.choice = CHOICES[(CHOICES.indexOf(this.choice) + 1) % CHOICES.length]!;
    try {
      localStorage.setItem(KEY, this.choice);
    } catch {
      // A browser that keeps nothing still shows it.
    }
    this.show();
  }

  private show(): void {
    const isDark = this.choice === 'dark' || (this.choice === 'auto' && matchMedia('(prefers-color-scheme: dark)').matches);
    document.documentElement.dataset.theme = isDark ? 'dark' : 'light';
    forgetColours();
    this.changed();
  }
}

function read(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}
