/** The little of Grafana's dashboards that ours are made of (schema version 39: Grafana 10.4 and later). */

/** One query of a panel: PromQL, and the name of what it gives. */
export type Query = readonly [expr: string, legend: string];

/** A panel before it has a number and a place. */
export interface PanelSpec {
  readonly type: "timeseries" | "stat" | "bargauge" | "table";
  readonly title: string;
  /** What it shows and what to make of it. */
  readonly description: string;
  /** Grafana's name of the unit. */
  readonly unit: string;
  readonly queries: readonly Query[];
  /** Of 24 columns; default 8. */
  readonly width?: number;
  /** From which value on it is yellow or red. */
  readonly warnAt?: number;
  readonly alarmAt?: number;
  /** Areas on top of each other. */
  readonly stacked?: boolean;
  /** The end of the scale. */
  readonly max?: number;
}
/** A headline, and the panels below it. */
export interface RowSpec {
  readonly title: string;
  readonly panels: readonly PanelSpec[];
}
/** A variable besides the data source: the values of a label. */
export interface VariableSpec {
  readonly name: string;
  /** The series whose label of that name is offered. */
  readonly of: string;
}
export interface DashboardSpec {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly variables: readonly VariableSpec[];
  readonly rows: readonly RowSpec[];
  /** Another dashboard that belongs to it: its title and its uid. */
  readonly beside: readonly [title: string, uid: string];
}

/** One number, and how it went. */
export function stat(title: string, unit: string, description: string, expr: string): PanelSpec {
  return { type: "stat", title, unit, description, width: 4, queries: [[expr, ""]] };
}

/** Lines over time. */
export function lines(title: string, unit: string, description: string, queries: readonly Query[]): PanelSpec {
  return { type: "timeseries", title, unit, description, queries };
}

/** The last values as bars: what is largest. */
export function bars(title: string, unit: string, description: string, expr: string, legend: string): PanelSpec {
  return { type: "bargauge", title, unit, description, queries: [[expr, legend]] };
}

const source = { type: "prometheus", uid: "${datasource}" };
const heights = { stat: 4, timeseries: 8, bargauge: 8, table: 8 } as const;

/** The dashboard as Grafana imports it. */
export function dashboard({ uid, title, description, variables, rows, beside: [name, to] }: DashboardSpec) {
  return {
    uid,
    title,
    description,
    tags: ["sluice"],
    schemaVersion: 39,
    editable: true,
    graphTooltip: 1,
    timezone: "browser",
    refresh: "30s",
    time: { from: "now-1h", to: "now" },
    links: [link(name, `/d/${to}`)],
    annotations: { list: [] },
    templating: { list: [dataSource, ...variables.map(variable)] },
    panels: placed(rows),
  };
}

function link(title: string, url: string) {
  const how = { asDropdown: false, targetBlank: false, includeVars: false, keepTime: true };
  return { type: "link", icon: "dashboard", title, tooltip: "", url, tags: [], ...how };
}

const dataSource = { name: "datasource", label: "Data source", type: "datasource", query: "prometheus", refresh: 1 };

function variable({ name, of }: VariableSpec) {
  return {
    name,
    label: `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`,
    type: "query",
    datasource: source,
    query: `label_values(${of}, ${name})`,
    refresh: 2,
    sort: 1,
    multi: true,
    includeAll: true,
    allValue: ".*",
    current: { text: "All", value: "$__all" },
  };
}

/** Rows and panels one below the other and side by side, numbered from 1. */
function placed(rows: readonly RowSpec[]) {
  const at = { id: 0, x: 0, y: 0, height: 0 };
  const newLine = () => {
    at.y += at.height;
    at.x = 0;
    at.height = 0;
  };
  return rows.flatMap(({ title, panels }) => {
    newLine();
    const row = {
      id: ++at.id,
      type: "row",
      title,
      collapsed: false,
      gridPos: { h: 1, w: 24, x: 0, y: at.y },
      panels: [],
    };
    at.y += 1;
    const below = panels.map((spec) => {
      const width = spec.width ?? 8;
      const height = heights[spec.type];
      if (at.x + width > 24) newLine();
      const gridPos = { h: height, w: width, x: at.x, y: at.y };
      at.x += width;
      at.height = Math.max(at.height, height);
      return { id: ++at.id, ...panel(spec, gridPos) };
    });
    return [row, ...below];
  });
}

function panel(spec: PanelSpec, gridPos: Readonly<Record<string, number>>) {
  const { type, title, description, unit, queries } = spec;
  const instant = type === "bargauge" || type === "table";
  return {
    type,
    title,
    description,
    datasource: source,
    gridPos,
    fieldConfig: { defaults: fieldDefaults(spec, unit), overrides: [] },
    options: options[type],
    ...(type === "table" ? { transformations: [withoutColumns] } : {}),
    targets: queries.map(([expr, legendFormat], index) => ({
      refId: String.fromCharCode(65 + index),
      datasource: source,
      expr,
      legendFormat,
      ...(instant ? { instant: true, range: false, format: type === "table" ? "table" : "time_series" } : {}),
    })),
  };
}

function fieldDefaults({ type, stacked = false, warnAt, alarmAt, max }: PanelSpec, unit: string) {
  const steps = [
    { color: "green", value: null },
    ...(warnAt === undefined ? [] : [{ color: "yellow", value: warnAt }]),
    ...(alarmAt === undefined ? [] : [{ color: "red", value: alarmAt }]),
  ];
  const lines = { lineWidth: 1, fillOpacity: stacked ? 30 : 5, showPoints: "never" };
  return {
    unit,
    ...(type === "table" ? {} : { min: 0 }),
    ...(max === undefined ? {} : { max }),
    ...(type === "stat" ? { noValue: "0" } : {}),
    thresholds: { mode: "absolute", steps },
    ...(type === "timeseries" ? { custom: { ...lines, stacking: { mode: stacked ? "normal" : "none" } } } : {}),
  };
}

const lastValue = { calcs: ["lastNotNull"], values: false };
const options = {
  timeseries: {
    legend: { displayMode: "list", placement: "bottom", showLegend: true },
    tooltip: { mode: "multi", sort: "desc" },
  },
  stat: { colorMode: "value", graphMode: "area", reduceOptions: lastValue },
  bargauge: { displayMode: "basic", orientation: "horizontal", reduceOptions: lastValue },
  table: { showHeader: true },
} as const;
/** The moment of an instant query, and a value that is the same in all lines. */
const withoutColumns = { id: "organize", options: { excludeByName: { Time: true, Value: true, __name__: true } } };

/**
 * JSON that people can read, as the formatter leaves it: what has only plain values inside, and a list of such, stands on one
 * line if that is not too long. `before` is what stands in front of it on its line.
 */
export function readable(value: unknown, indent = "", before = indent): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const isList = Array.isArray(value);
  const [open, close] = isList ? ["[", "]"] : ["{", "}"];
  const inner = `${indent}  `;
  const entries = Object.entries(value).map(([key, one]) => {
    const name = isList ? "" : `${JSON.stringify(key)}: `;
    return name + readable(one, inner, inner + name);
  });
  if (entries.length === 0) return `${open}${close}`;
  const space = isList ? "" : " ";
  const line = `${open}${space}${entries.join(", ")}${space}${close}`;
  const isPlain = isList || Object.values(value).every((one) => typeof one !== "object" || one === null);
  if (isPlain && !line.includes("\n") && before.length + line.length < lineWidth) return line;
  return `${open}\n${entries.map((entry) => inner + entry).join(",\n")}\n${indent}${close}`;
}
const lineWidth = 120;
