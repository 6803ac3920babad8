// Elements made of text nodes alone: what a stranger sends is never markup.

type Child = Node | string | null;
type Attributes = Record<string, string | boolean | ((event: Event) => void)>;

export function h<K extends keyof HTMLElementTagNameMap>(tag: K, attributes: Attributes = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name, value);
    else if (typeof value === 'boolean') element.toggleAttribute(name, value);
    else element.setAttribute(name, value);
  }
  for (const child of children) if (child !== null) element.append(child);
  return element;
}

// Only what differs is written: the page is laid out anew only where something changed.
export function setText(element: Element, text: string): void {
  const node = element.firstChild;
  if (node instanceof Text && node.nextSibling === null) {
    if (node.data !== text) node.data = text;
  } else if (node !== null || text !== '') {
    element.textContent = text;
  }
}

export function setAttribute(element: Element, name: string, value: string): void {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

export function setClass(element: Element, name: string): void {
  if (element.className !== name) element.className = name;
}

export function replace(element: Element, ...children: Child[]): void {
  element.replaceChildren(...children.filter((child): child is Node | string => child !== null));
}

export function deviceHref(id: string): string {
  return `#/d/${encodeURIComponent(id)}`;
}

const SVG = 'http://www.w3.org/2000/svg';

// Each tone has a shape as well as a colour: a disc, an open and a full triangle, a ring, a dot.
const SHAPES: Record<string, [string, string]> = {
  well: ['M8 3a5 5 0 1 0 0 10a5 5 0 1 0 0-10z', 'fill'],
  attention: ['M8 3.2L13.6 13H2.4z', 'stroke'],
  alarm: ['M8 2.4L14.4 13.6H1.6z', 'fill'],
  absent: ['M8 3.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 1 0 0-9z', 'stroke'],
  neutral: ['M8 5.5a2.5 2.5 0 1 0 0 5a2.5 2.5 0 1 0 0-5z', 'fill'],
};

export class Shape {
  readonly element = document.createElementNS(SVG, 'svg');
  private readonly path = document.createElementNS(SVG, 'path');
  private tone = '';

  constructor(tone = 'neutral') {
    this.element.setAttribute('viewBox', '0 0 16 16');
    this.element.setAttribute('aria-hidden', 'true');
    this.element.append(this.path);
    this.set(tone);
  }

  set(tone: string): void {
    if (tone === this.tone) return;
    this.tone = tone;
    const [path, paint] = SHAPES[tone] ?? SHAPES.neutral!;
    this.path.setAttribute('d', path);
    this.element.setAttribute('class', `shape shape-${paint} tone-${tone}`);
  }
}
