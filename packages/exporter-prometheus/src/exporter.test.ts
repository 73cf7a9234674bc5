import { dirname } from "node:path";
import { checkComponent } from "@sluice/testkit";
import exporter from "./index.ts";

checkComponent(exporter, dirname(import.meta.dirname));
