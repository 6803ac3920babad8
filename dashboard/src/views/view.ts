// What a place of the console is.
import type { FleetStore } from '../store/fleet_store';

export interface View {
  readonly element: HTMLElement;
  readonly title: string;
  // Brings the element to what the store says; at most once a frame, and once a second at least.
  paint(now: number): void;
  // It is left, for good.
  close?(): void;
}

export interface Context {
  readonly store: FleetStore;
  // Something that no message tells has changed: paint.
  repaint(): void;
}
