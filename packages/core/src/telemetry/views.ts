import { type Decoded, type Labels, type Problem, t } from "@sluice/component";
import { matchesAny } from "./patterns.ts";
import type { HistogramName, Measuring, MetricsLevel, Reading } from "./registry.ts";
import { mergeEqual, type Point } from "./series.ts";

const text = (description: string) => t.optional(t.string({ description }));
const aggregation = t.object("How its values are gathered: one of these.", {
  default: t.optional(t.object("As without a view.", {})),
  drop: t.optional(t.object("Not at all.", {})),
  explicit_bucket_histogram: t.optional(
    t.object("In other buckets; for histograms only.", {
      boundaries: t.array(t.number({ description: "A bound." }), { description: "Ascending bounds.", default: [] }),
      record_min_max: t.boolean({ description: "No effect: they are not recorded.", default: false }),
    }),
  ),
});
const view = t.object("A rule for some instruments.", {
  selector: t.defaulted(
    t.object("Which instruments; all of it must match.", {
      instrument_name: text("Its name; * and ? stand for any characters and one."),
      instrument_type: t.optional(
        t.oneOf(["counter", "histogram", "gauge", "observable_counter", "observable_gauge", "up_down_counter"], {
          description: "Its type; observable ones and up_down_counter are taken as counter and gauge.",
        }),
      ),
      unit: text("Its unit."),
      meter_name: text("Name of the package that measures."),
    }),
  ),
  stream: t.defaulted(
    t.object("What becomes of them.", {
      name: text("Another name."),
      description: text("Another description."),
      attribute_keys: t.optional(
        t.object("The labels that stay; values that become alike are added up, of a gauge the last stays.", {
          included: t.array(t.string({ description: "A name." }), { description: "Only these.", default: [] }),
          excluded: t.array(t.string({ description: "A name." }), { description: "Not these.", default: [] }),
        }),
      ),
      aggregation: t.optional(aggregation),
    }),
  ),
});
/** `metrics::views`. */
export const views = t.array(view, {
  description: "Rules that drop or change metrics; only at level detailed.",
  default: [],
});
export type View = Decoded<typeof view>;

/** What the schema cannot say of views; paths lead from `service::telemetry`. */
export function checkViews(list: readonly View[]): readonly Problem[] {
  return list.flatMap(({ selector, stream: { name, aggregation } }, index) => {
    const view = ["metrics", "views", index];
    if (name !== undefined && (selector.instrument_name === undefined || /[*?]/.test(selector.instrument_name))) {
      const message = "expected a selector with a whole instrument_name, since several metrics cannot have one name";
      return [{ path: [...view, "stream", "name"], message }];
    }
    if (aggregation === undefined) return [];
    const path = [...view, "stream", "aggregation"];
    const given = Object.values(aggregation).filter((one) => one !== undefined);
    if (given.length !== 1) return [{ path, message: "expected one of default, drop, explicit_bucket_histogram" }];
    const bounds = aggregation.explicit_bucket_histogram?.boundaries ?? [];
    const ascends = bounds.every((bound, at) => at === 0 || bound > bounds[at - 1]!);
    if (ascends) return [];
    return [{ path: [...path, "explicit_bucket_histogram", "boundaries"], message: "expected ascending numbers" }];
  });
}

/** How much is measured, and into which buckets. */
export function measuringOf({
  level,
  views,
}: {
  readonly level: MetricsLevel;
  readonly views: readonly View[];
}): Measuring {
  return { level, bounds: boundsBy(views) };
}

/** The bounds that the first view with any sets for a histogram; else its own. */
export function boundsBy(
  list: readonly View[],
): (histogram: HistogramName, own: readonly number[]) => readonly number[] {
  return (histogram, own) => {
    const found = list.find(
      ({ selector, stream }) =>
        stream.aggregation?.explicit_bucket_histogram !== undefined && selects(selector, histogram),
    );
    return found?.stream.aggregation?.explicit_bucket_histogram?.boundaries ?? own;
  };
}

/** The readings as the views want them: each view that selects a metric makes one of it; without one it stays as it is. */
export function applyViews(readings: readonly Reading[], list: readonly View[]): readonly Reading[] {
  if (list.length === 0) return readings;
  return readings.flatMap((reading) => {
    const scope = reading.points[0]?.scope ?? "";
    const chosen = list.filter(({ selector }) => selects(selector, { ...reading, scope }));
    if (chosen.length === 0) return [reading];
    return chosen.flatMap(({ stream }) => (stream.aggregation?.drop === undefined ? [streamOf(reading, stream)] : []));
  });
}

function selects(
  { instrument_name, instrument_type, unit, meter_name }: View["selector"],
  instrument: { readonly name: string; readonly type: string; readonly unit: string; readonly scope: string },
): boolean {
  const type = instrument_type?.replace("observable_", "").replace("up_down_counter", "gauge");
  return (
    (instrument_name === undefined || matchesAny([instrument_name], instrument.name)) &&
    (type === undefined || type === instrument.type) &&
    (unit === undefined || unit === instrument.unit) &&
    (meter_name === undefined || meter_name === instrument.scope)
  );
}

function streamOf(reading: Reading, { name, description, attribute_keys }: View["stream"]): Reading {
  const renamed = {
    ...reading,
    name: name ?? reading.name,
    description: description ?? reading.description,
  };
  if (attribute_keys === undefined) return renamed;
  const { included, excluded } = attribute_keys;
  const stays = (key: string) => !excluded.includes(key) && (included.length === 0 || included.includes(key));
  const points = reading.points.map((point) => ({ ...point, labels: keep(point.labels, stays) }));
  return { ...renamed, points: reading.type === "gauge" ? lastOfEach(points) : mergeEqual(points) };
}

function keep(labels: Labels, stays: (key: string) => boolean): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([key]) => stays(key)));
}

function lastOfEach(points: readonly Point[]): readonly Point[] {
  return [...new Map(points.map((point) => [JSON.stringify(point.labels), point])).values()];
}
