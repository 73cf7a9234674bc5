import type { Resource } from "@sluice/data";
import type { LabelSet } from "@sluice/lib-prometheus";
import { type CatalogBase, PageCatalog } from "./catalog.ts";
import { resourceOf, withInfo } from "./resource.ts";
import { hashPair } from "./series.ts";

/** What a target says of itself: the first source, and what the others lack. */
export interface TargetIdentity {
  readonly job: string;
  readonly instance: string;
  readonly scheme: string;
  /** Labels before relabelling. */
  readonly discovered: LabelSet;
}
/** One (job, instance) that samples of the target name; nearly always the target's own. */
interface Source {
  readonly job: string;
  readonly instance: string;
  readonly hash: number;
  readonly base: Resource;
  resource: Resource;
  catalog: PageCatalog | undefined;
}

/** The jobs and instances of a target's samples, each with its resource and catalog. 0 is the target's own. */
export class Sources {
  readonly #identity: TargetIdentity;
  readonly #items: Source[] = [];
  readonly #index = new Map<string, number>();

  constructor(identity: TargetIdentity) {
    this.#identity = identity;
    this.indexOf(identity.job, identity.instance);
  }

  indexOf(job: string, instance: string): number {
    const own = this.#items[0];
    if (own?.job === job && own.instance === instance) return 0;
    const key = JSON.stringify([job, instance]);
    let index = this.#index.get(key);
    if (index === undefined) {
      const { scheme, discovered } = this.#identity;
      const base = resourceOf(job, instance, scheme, discovered);
      index =
        this.#items.push({
          job,
          instance,
          hash: hashPair(job, instance, 0),
          base,
          resource: base,
          catalog: undefined,
        }) - 1;
      this.#index.set(key, index);
    }
    return index;
  }
  resource(source: number): Resource {
    return this.#items[source]!.resource;
  }
  catalog(source: number, base: CatalogBase): PageCatalog {
    const item = this.#items[source]!;
    item.catalog ??= new PageCatalog(base, item.resource);
    return item.catalog;
  }
  /** Says what `target_info` shows of a source now (undefined: nothing); true = the resource changed, and its catalog is gone. */
  inform(source: number, info: LabelSet | undefined): boolean {
    const item = this.#items[source]!;
    const resource = info === undefined ? item.base : withInfo(item.base, info);
    if (JSON.stringify(resource.attributes) === JSON.stringify(item.resource.attributes)) return false;
    item.resource = resource;
    item.catalog = undefined;
    return true;
  }
  /** The same for the same job and instance in any list. */
  hashOf(source: number): number {
    return this.#items[source]!.hash;
  }
  /** Takes a source over from the list of a table that is renewed: its resource as it is now, and no catalog. */
  copy(from: Sources, source: number): number {
    const { job, instance, resource } = from.#items[source]!;
    const index = this.indexOf(job, instance);
    this.#items[index]!.resource = resource;
    return index;
  }
}
