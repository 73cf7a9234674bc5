import type { Case } from "./case.ts";
import { casesOfExporter } from "./cases-exporter.ts";
import { casesOfFormats } from "./cases-formats.ts";
import { casesOfLabels } from "./cases-labels.ts";
import { casesOfTroubles } from "./cases-troubles.ts";
import { casesOfTypes } from "./cases-types.ts";

/** Every configuration that both are asked about. */
export const cases: readonly Case[] = [
  ...casesOfFormats,
  ...casesOfTypes,
  ...casesOfLabels,
  ...casesOfTroubles,
  ...casesOfExporter,
];
