const severities = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"].flatMap((name) =>
  ["", "2", "3", "4"].map((rank) => name + rank),
);
const lists: Readonly<Record<string, readonly string[]>> = {
  SPAN_KIND: ["UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"],
  STATUS_CODE: ["UNSET", "OK", "ERROR"],
  SEVERITY_NUMBER: ["UNSPECIFIED", ...severities],
  AGGREGATION_TEMPORALITY: ["UNSPECIFIED", "DELTA", "CUMULATIVE"],
  METRIC_DATA_TYPE: ["NONE", "GAUGE", "SUM", "HISTOGRAM", "EXPONENTIAL_HISTOGRAM", "SUMMARY"],
  FLAG: ["NONE", "NO_RECORDED_VALUE"],
};

/** What names in capitals stand for. */
export const enums: ReadonlyMap<string, bigint> = new Map(
  Object.entries(lists).flatMap(([prefix, names]) =>
    names.map((name, value) => [`${prefix}_${name}`, BigInt(value)] as const),
  ),
);

/** The names of the kind that a wrong one seems to be of; the beginnings of all kinds when it seems to be of none. */
export function enumsLike(name: string): readonly string[] {
  const kind = Object.keys(lists).find((prefix) => name.startsWith(`${prefix}_`));
  if (kind === undefined) return Object.keys(lists).map((prefix) => `${prefix}_...`);
  return lists[kind]!.map((each) => `${kind}_${each}`);
}
