// A list of which only the rows in view exist; the page itself scrolls.

const MARGIN_ROWS = 6;

export interface Row {
  readonly element: HTMLElement;
}

export class VirtualRows<Item, R extends Row> {
  readonly element = document.createElement('div');
  private readonly pool: R[] = [];
  private items: readonly Item[] = [];
  private rowHeight = 0;
  private width = 0;
  private first = 0;

  // `show` fills a row, which may have shown another item before.
  constructor(private readonly make: () => R, private readonly show: (row: R, item: Item, index: number) => void) {
    this.element.className = 'rows';
    this.element.setAttribute('role', 'rowgroup');
    this.element.addEventListener('keydown', (event) => this.onKey(event));
  }

  setItems(items: readonly Item[]): void {
    this.items = items;
    const height = `${items.length * this.height()}px`;
    if (this.element.style.height !== height) this.element.style.height = height;
  }

  // The rows that are in view, filled; before the layout is known, those of a screen.
  paint(): void {
    const height = this.height();
    const top = window.scrollY - this.element.offsetTop;
    const first = Math.max(0, Math.floor(top / height) - MARGIN_ROWS);
    const count = Math.max(0, Math.min(this.items.length - first, Math.ceil(window.innerHeight / height) + 2 * MARGIN_ROWS));
    this.first = first;
    while (this.pool.length < count) this.add();
    this.pool.forEach((row, at) => {
      const shown = at < count;
      if (row.element.hidden === shown) row.element.hidden = !shown;
      if (shown) this.place(row, first + at, height);
    });
  }

  visible(): R[] {
    return this.pool.filter((row) => !row.element.hidden);
  }

  private place(row: R, index: number, height: number): void {
    const transform = `translateY(${index * height}px)`;
    if (row.element.style.transform !== transform) row.element.style.transform = transform;
    this.show(row, this.items[index]!, index);
  }

  private add(): void {
    const row = this.make();
    this.pool.push(row);
    this.element.append(row.element);
  }

  // As the style sheet has it, which depends on the screen.
  private height(): number {
    if (this.rowHeight === 0 || this.width !== window.innerWidth) {
      this.width = window.innerWidth;
      const wanted = getComputedStyle(this.element).getPropertyValue('--row-height');
      this.rowHeight = Number.parseFloat(wanted) || 40;
    }
    return this.rowHeight;
  }

  // Up and down go from row to row, also to those that are not there yet.
  private onKey(event: KeyboardEvent): void {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    const at = this.pool.findIndex((row) => row.element.contains(document.activeElement));
    if (step === 0 || at < 0) return;
    const index = this.first + at + step;
    if (index < 0 || index >= this.items.length) return;
    event.preventDefault();
    const top = this.element.getBoundingClientRect().top + window.scrollY + index * this.height();
    if (top < window.scrollY + 80) window.scrollTo(0, top - 80);
    if (top + this.height() > window.scrollY + window.innerHeight) window.scrollTo(0, top + this.height() - window.innerHeight);
    this.paint();
    this.pool[index - this.first]?.element.querySelector('a')?.focus();
  }
}
