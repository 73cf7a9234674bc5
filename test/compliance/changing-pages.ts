/** Pages of a target that mostly repeat the one before with other numbers, and now and then do not. */

/** A page, what each of its series is worth (labels sorted, as text), and which series of the page before are gone. */
export interface ChangingPage {
  readonly text: string;
  readonly values: ReadonlyMap<string, number>;
  readonly gone: readonly string[];
}
/** A number from 0 up to, but not including, `below`. */
export type Random = (below: number) => number;

interface Family {
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram" | "untyped";
  help: string;
  /** Values of the label `id`, in page order. */
  ids: number[];
}

const types = ["counter", "gauge", "histogram", "untyped"] as const;
const bounds = ["0.1", "0.5", "1", "2.5", "+Inf"];
const oddities = ["NaN", "+Inf", "-Inf", "-0", "1e-7", "9007199254740993", "1.7976931348623157e+308", "5e-324"];

/** A generator of numbers that a seed repeats. */
export function randomOf(seed: number): Random {
  const state = { value: seed >>> 0 };
  return (below) => {
    state.value = (Math.imul(state.value, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state.value / 2 ** 32) * below);
  };
}

/** The pages of one target of about so many lines. */
export function createPages(random: Random, lines: number, instance: string): { next(): ChangingPage } {
  const state = { next: 0, families: [] as Family[], before: new Map<string, number>() };
  const addFamily = (): void => {
    const type = types[random(types.length)]!;
    const per = type === "histogram" ? bounds.length + 2 : 1;
    const ids = Array.from({ length: Math.max(1, Math.round((4 + random(12)) / per)) }, () => state.next++);
    const family = { name: `family_${state.next++}_${type}`, type, help: `Help ${random(9)}.`, ids };
    state.families.splice(random(state.families.length + 1), 0, family);
  };
  const size = (): number =>
    state.families.reduce((sum, { type, ids }) => sum + ids.length * (type === "histogram" ? bounds.length + 2 : 1), 0);
  while (size() < lines) addFamily();
  return {
    next() {
      // Three pages of four only count on.
      if (random(4) === 0) change(state.families, random, addFamily, () => state.next++);
      const page = render(state.families, random, instance);
      const gone = [...state.before.keys()].filter((name) => !page.values.has(name));
      state.before = page.values;
      return { ...page, gone };
    },
  };
}

function change(families: Family[], random: Random, addFamily: () => void, newId: () => number): void {
  const family = families[random(families.length)]!;
  switch (random(6)) {
    case 0:
      family.ids.push(newId());
      break;
    case 1:
      // Some lines everywhere are other ones.
      for (const { ids } of families) if (random(3) === 0) ids[random(ids.length)] = newId();
      break;
    case 2:
      family.ids.reverse();
      break;
    case 3:
      families.splice(families.indexOf(family), 1);
      addFamily();
      break;
    case 4:
      family.help = `Help ${random(1000)}.`;
      break;
    default:
      families.push(...families.splice(0, random(families.length)));
  }
}

function render(families: readonly Family[], random: Random, instance: string) {
  const values = new Map<string, number>();
  const lines: string[] = [];
  const add = (name: string, id: number, text: string, le?: string): void => {
    const labels = `id="${id}",${le === undefined ? "" : `le="${le}",`}path="/api/v1/items/${id % 100}"`;
    lines.push(`${name}{${labels}} ${text}`);
    const own = [`__name__="${name}"`, `id="${id}"`, `instance="${instance}"`, 'job="test"'];
    const rest = [...(le === undefined ? [] : [`le="${le}"`]), `path="/api/v1/items/${id % 100}"`];
    values.set([...own, ...rest].join(), numberOf(text));
  };
  for (const { name, type, help, ids } of families) {
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
    for (const id of ids) {
      if (type !== "histogram") {
        add(name, id, textOf(random));
        continue;
      }
      for (const [at, le] of bounds.entries()) add(`${name}_bucket`, id, String(random(10) + 10 * at), le);
      add(`${name}_sum`, id, textOf(random));
      add(`${name}_count`, id, String(50 + random(10)));
    }
  }
  return { text: `${lines.join("\n")}\n`, values };
}

function textOf(random: Random): string {
  const kind = random(40);
  if (kind < oddities.length) return oddities[kind]!;
  return kind < 20 ? String(random(10 ** (1 + random(9)))) : String(random(2 ** 31) / 2 ** random(40));
}
const numberOf = (text: string): number =>
  text === "+Inf" ? Number.POSITIVE_INFINITY : text === "-Inf" ? Number.NEGATIVE_INFINITY : Number(text);
