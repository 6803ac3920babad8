// The classes that have been seen: a small number for each, and a colour that is the same everywhere.
import type { Settings, TaskFacts } from '../settings';
import { NO_CLASS } from './history';

const MOST = 250; // codes are bytes; whatever comes beyond shares the last one
const HUES = 7;

export interface ClassFacts {
  code: number;
  label: string;
  colour: string; // of the style sheet: "class-0" to "class-13", "class-other"
}

export class Classes {
  private readonly byKey = new Map<string, ClassFacts>();
  private readonly byCode: ClassFacts[] = [];

  // Prioritised ones first, so that they have the colours that differ most.
  constructor(settings: Settings) {
    for (const [task, facts] of settings.tasks) {
      inOrder(facts).forEach((label, index) => this.learn(task, label, colourOf(index)));
    }
  }

  of(task: string, label: string): ClassFacts {
    return this.byKey.get(keyOf(task, label)) ?? this.learn(task, label, 'class-other');
  }

  at(code: number): ClassFacts | undefined {
    return code === NO_CLASS ? undefined : this.byCode[code - 1];
  }

  private learn(task: string, label: string, colour: string): ClassFacts {
    if (this.byCode.length >= MOST) return this.byCode[MOST - 1]!;
    const name = this.byCode.length === MOST - 1 ? 'others' : label;
    const facts = { code: this.byCode.length + 1, label: name, colour };
    this.byCode.push(facts);
    this.byKey.set(keyOf(task, label), facts);
    return facts;
  }
}

function keyOf(task: string, label: string): string {
  return `${task}\n${label}`;
}

export function inOrder(facts: TaskFacts): string[] {
  const isFirst = (label: string): number =>
    facts.normal.includes(label) ? 0 : facts.prioritised.includes(label) ? 1 : 2;
  return [...facts.labels].sort((a, b) => isFirst(a) - isFirst(b));
}

// Seven hues, then the same ones lighter; what comes behind shares a grey.
function colourOf(index: number): string {
  return index < 2 * HUES ? `class-${index}` : 'class-other';
}
