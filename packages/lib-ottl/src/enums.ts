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
