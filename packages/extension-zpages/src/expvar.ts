import { html } from "./html.ts";
import { definePage } from "./page.ts";
import { processFacts } from "./process-facts.ts";

/** Go's page of variables, as far as there is such a thing here: names as there, and the process as on the service page. */
export const expvarPage = definePage({
  path: "/debug/expvarz",
  title: "Variables",
  about: "The process in numbers, always as JSON.",
  data({ context }) {
    const runtime = processFacts(context);
    const { resident_bytes, heap_used_bytes, heap_total_bytes } = runtime.memory;
    return {
      cmdline: [context.build.command],
      memstats: { Sys: resident_bytes, HeapSys: heap_total_bytes, HeapAlloc: heap_used_bytes },
      runtime,
    };
  },
  view: () => html``,
});
