/** What is different about a case, and why it should be: "refused" or "taken", or the paths with other values. */
export interface Listed {
  readonly what: readonly string[];
  readonly reason: string;
}

const refused = (reason: string): Listed => ({ what: ["refused"], reason });
const taken = (reason: string): Listed => ({ what: ["taken"], reason });
const field = (key: string, reason: string): Listed => ({
  what: [`service::telemetry::logs::initial_fields::${key}`],
  reason,
});

const lost = "what is lost without a word upstream is a mistake of whoever wrote it";
const random = "upstream keeps one of the two values at random";
const number = "a number that is cut or has no unit is not what was meant; the message says what to write";
const empty = "a label without a value cannot be told from none, and the backend would refuse it";
const asText = "where only text can be meant, a value that is no text is taken as it is written";
const keyOnly = "a key without a value means the default, as everywhere; upstream takes zero, silently";
const escaped =
  "upstream replaces each `${A}` of the text with its value, the escaped ones too, which leaves a stray `$`";
const large = "a whole number of 64 bits is a value like any other; upstream's reader of references has no case for it";
const renamed = "the same component under its present name, which is what ours prints";

/** Cases that we treat differently from upstream's collector. What is not listed here must not differ. */
export const listed: ReadonlyMap<string, Listed> = new Map([
  ["append-over-null", taken("upstream panics")],
  ["decode-duration-env-number", refused(number)],
  ["decode-duration-number", refused(number)],
  ["decode-fraction-for-number", refused(number)],
  ["decode-negative", refused("a count below zero is none; upstream would print nothing at all")],
  [
    "decode-number-for-text",
    refused("the number of a word in a list inside upstream's program means nothing to a reader"),
  ],
  ["decode-endpoint-missing", refused("an exporter that knows no address can only fail later")],
  ["decode-labels-boolean", taken(asText)],
  ["decode-labels-number", taken(asText)],
  [
    "decode-labels-from-env",
    {
      what: ["receivers::prometheus::config::scrape_configs::0::static_configs::0::labels::a"],
      reason:
        "a label is text and keeps the variable's text, as all texts do; upstream reads it as an octal number here",
    },
  ],
  ["decode-labels-null", refused(empty)],
  ["decode-labels-unset", refused(empty)],
  ["text-null", refused(empty)],
  ["text-tilde", refused(empty)],
  ["decode-null", { what: ["exporters::debug::sampling_initial"], reason: keyOnly }],
  ["decode-unset-number", { what: ["exporters::debug::sampling_initial"], reason: keyOnly }],
  ["document-second", refused(lost)],
  [
    "id-alias",
    {
      what: [
        "exporters::prometheus_remote_write",
        "exporters::prometheusremotewrite",
        "service::pipelines::metrics::exporters::0",
      ],
      reason: renamed,
    },
  ],
  [
    "id-alias-and-name",
    {
      what: [
        "exporters::prometheus_remote_write/x",
        "exporters::prometheusremotewrite/x",
        "service::pipelines::metrics::exporters::0",
      ],
      reason: renamed,
    },
  ],
  ["id-logging", taken("old configurations go on working, with a warning that shows the new form")],
  ["keys-null", refused(lost)],
  ["merge-unset-uri", refused(lost)],
  ["path-null", refused(random)],
  ["path-through-scalar", refused(random)],
  ["path-twice", refused(random)],
  ["pipeline-exporter-twice", refused("an id is listed twice by mistake only")],
  ["pipeline-receiver-twice", refused("an id is listed twice by mistake only")],
  [
    "reference-default-without-scheme",
    taken("`${NAME:-default}` is what one writes in a shell, and cannot mean anything else"),
  ],
  ["reference-after-empty", field("a", "what type a value has does not depend on whether another variable is empty")],
  ["reference-open-then-escaped", refused("what has no end is no reference upstream; ours says what it found in it")],
  ["reference-dollar-before", field("a", "what a variable holds cannot turn the reference behind it into text")],
  ["reference-escaped-then-good", field("a", escaped)],
  ["reference-good-then-escaped", field("a", escaped)],
  ["reference-two-lines", field("a", escaped)],
  ["reference-number", taken("`${1}` is a group of a regular expression; no variable can have that name")],
  ["scalar-timestamps", field("a", "a date is the text it is written as; no setting takes a moment")],
  ["text-big", taken(large)],
  ["type-big", taken(large)],
]);

/**
 * Cases with an answer that upstream gives by chance: it is not compared when asked for again. Below the first level it keeps
 * `a::b` beside `a`, and takes one of them in the end, also when they are of different files: for us the last one counts.
 */
export const byChance: ReadonlySet<string> = new Set([
  "merge-path-keys",
  "path-null",
  "path-through-scalar",
  "path-twice",
]);
