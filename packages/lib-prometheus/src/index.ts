export {
  END,
  type EqualBytes,
  HELP,
  type PageFormat,
  PageScanner,
  SERIES,
  TYPE,
  UNIT,
} from "./page-scanner.ts";
export { ParseError } from "./parse-error.ts";
