export { type ActionConfig, actionsSchema, validateActions } from "./action-schema.ts";
export { type Actions, type ContextValues, compileActions } from "./actions.ts";
export { byContext } from "./by-context.ts";
export { attributesTest, compileMatch, type Match, textTest } from "./match.ts";
export {
  attributeList,
  attributeProblems,
  type MatchAttribute,
  type MatchConfig,
  type MatchType,
  matchKeys,
  matchSchema,
  patternProblems,
  strangeKeys,
  validateMatch,
} from "./match-schema.ts";
export { editRecords, mapParts, type OpenPart, overLayouts, type RecordOf, rowsOf } from "./parts.ts";
