import type { Catalog, Layout } from "./model.ts";

/** The layout of these ids in this order. `ids` belongs to the layout from now on. */
export function layoutOf(catalog: Catalog, ids: Int32Array): Layout {
  const at = new Int32Array(ids.length + 1);
  let slots = 0;
  for (let row = 0; row < ids.length; row++) {
    at[row] = slots;
    slots += catalog.shape(ids[row]!).slots;
  }
  at[ids.length] = slots;
  return { catalog, ids, at };
}

const derived = new WeakMap<Catalog, WeakMap<Layout, Layout>>();

/**
 * The same rows and slots over another catalog with the same ids (a view). O(1), and remembered: the same layout and catalog
 * give the same object, so that `===` stays the test for "nothing changed" behind any number of views.
 */
export function withCatalog(layout: Layout, catalog: Catalog): Layout {
  if (layout.catalog === catalog) return layout;
  let layouts = derived.get(catalog);
  if (layouts === undefined) {
    layouts = new WeakMap();
    derived.set(catalog, layouts);
  }
  let result = layouts.get(layout);
  if (result === undefined) {
    result = { catalog, ids: layout.ids, at: layout.at };
    layouts.set(layout, result);
  }
  return result;
}
