/**
 * How the series of points are written whose attributes have the same keys, under one scope: which label stands where is worked
 * out once, and for a point only its values are put in. Gives what `seriesLabels` and `writeSeriesHead` give.
 */
import type { Attributes, Metric, Scope } from "@sluice/data";
import { compareText, labelSources, metricName, type ResourceLabels, valueAt } from "@sluice/lib-prometheus";
import { Bytes, headerBytes, sampleBytes, writeLabel, writeValue } from "./label-bytes.ts";
import type { Naming } from "./naming.ts";
import type { SeriesPlan } from "./series-labels.ts";

/** A label that all series of a point have: written already, or its name and the attributes that its value comes from. */
interface Piece {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly places: readonly number[] | undefined;
}

/** What a metric and a plan make of a recipe: for each series, the labels that the others have not. */
interface Heads {
  readonly metric: Metric;
  readonly plan: readonly SeriesPlan[];
  /** undefined = the metric has no valid name. */
  readonly own: readonly Own[] | undefined;
}
interface Own {
  readonly name: Uint8Array;
  /** `le` or `quantile`. */
  readonly extra: Uint8Array | undefined;
}

const common = new Bytes(4096);
const work = new Bytes(1024);

export class LabelRecipe {
  readonly scope: Scope;
  readonly keys: readonly string[];
  readonly #naming: Naming;
  /** undefined = an attribute has no valid name. */
  readonly #pieces: readonly Piece[] | undefined;
  #heads: Heads | undefined;

  constructor(scope: Scope, keys: readonly string[], resource: ResourceLabels, naming: Naming) {
    this.scope = scope;
    this.keys = keys;
    this.#naming = naming;
    const sources = labelSources(scope, keys, resource, naming);
    this.#pieces =
      sources &&
      [...sources]
        // Each series has a name of its own.
        .filter(([name, source]) => source !== "" && name !== "__name__")
        .sort(([a], [b]) => compareText(a, b))
        .map(([name, source]) =>
          typeof source === "string"
            ? { name, bytes: labelBytes(name, source), places: undefined }
            : { name, bytes: nameBytes(name), places: source },
        );
  }

  /** Whether it holds for attributes under a scope. */
  fits(scope: Scope, attributes: Attributes): boolean {
    const { keys } = this;
    if (scope !== this.scope || attributes.length !== keys.length) return false;
    for (let i = 0; i < keys.length; i++) if (keys[i] !== attributes[i]!.key) return false;
    return true;
  }

  /**
   * Appends the series of a point one after the other, each without its sample, and puts into `from` where each begins and the last
   * ends; or says why there is none.
   */
  write(
    metric: Metric,
    attributes: Attributes,
    plan: readonly SeriesPlan[],
    out: Bytes,
    from: number[],
  ): "invalid_name" | "invalid_label" | undefined {
    if (this.#heads?.metric !== metric || this.#heads.plan !== plan) this.#heads = this.#headsOf(metric, plan);
    const { own } = this.#heads;
    if (own === undefined) return "invalid_name";
    if (this.#pieces === undefined) return "invalid_label";
    const [extraName = ""] = plan.find(({ extra }) => extra !== undefined)?.extra ?? [];
    const at = this.#writeCommon(attributes, extraName);
    from.length = 0;
    for (const { name, extra } of own) {
      from.push(out.at);
      const replaced = extra === undefined ? 0 : at.extraEnd - at.extra;
      const size = common.at + name.length + (extra?.length ?? 0) - replaced;
      out.reserve(size + 12);
      out.bytes[out.at++] = 0x0a;
      out.varint(size + sampleBytes);
      out.append(common.bytes, 0, at.name);
      out.append(name, 0, name.length);
      out.append(common.bytes, at.name, at.extra);
      if (extra !== undefined) out.append(extra, 0, extra.length);
      out.append(common.bytes, at.extra + replaced, common.at);
    }
    from.push(out.at);
    return undefined;
  }

  /** Writes what all series of a point have into `common`; gives where their names belong, and `extra`, which may stand there already. */
  #writeCommon(attributes: Attributes, extra: string): typeof place {
    common.at = 0;
    place.name = place.extra = place.extraEnd = -1;
    for (const { name, bytes, places } of this.#pieces!) {
      if (place.name < 0 && name > "__name__") place.name = common.at;
      if (place.extra < 0 && name >= extra) place.extra = common.at;
      if (places === undefined) {
        common.reserve(bytes.length);
        common.append(bytes, 0, bytes.length);
      } else {
        const value = valueAt(places, attributes);
        if (value !== "") writeValue(common, bytes, value);
      }
      if (name === extra) place.extraEnd = common.at;
    }
    if (place.name < 0) place.name = common.at;
    // Without one to put in, the rest is written in one go.
    if (place.extra < 0 || extra === "") place.extra = common.at;
    if (place.extraEnd < 0) place.extraEnd = place.extra;
    return place;
  }

  #headsOf(metric: Metric, plan: readonly SeriesPlan[]): Heads {
    const base = metricName(metric, this.#naming.namespace, this.#naming.strategy);
    const own =
      base === undefined
        ? undefined
        : plan.map(({ suffix, extra }) => ({
            name: labelBytes("__name__", base + suffix),
            extra: extra && labelBytes(extra[0], extra[1]),
          }));
    return { metric, plan, own };
  }
}

/** Places in `common`. */
const place = { name: 0, extra: 0, extraEnd: 0 };

function labelBytes(name: string, value: string): Uint8Array {
  work.at = 0;
  writeLabel(work, name, value);
  return work.bytes.slice(0, work.at);
}
/** What stands between the lengths of a label and of its value. */
function nameBytes(name: string): Uint8Array {
  const label = labelBytes(name, "");
  // Without tag and length before it, and the empty value's length.
  return label.slice(headerBytes(label), -1);
}
