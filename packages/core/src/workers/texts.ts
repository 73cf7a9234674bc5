import { defaultProviders, type Provider, type Providers, type Retrieved } from "../config/index.ts";
import type { Texts } from "./messages.ts";

/** Providers, and what each gave: another thread then reads the same, whatever happens to the files meanwhile. */
export function recordTexts(own: Providers = defaultProviders): {
  readonly providers: Providers;
  readonly texts: Texts;
} {
  const texts = new Map<string, Retrieved>();
  const providers = mapProviders(own, (scheme, provider) => async (opaque, env) => {
    const retrieved = await provider(opaque, env);
    texts.set(`${scheme}:${opaque}`, retrieved);
    return retrieved;
  });
  return { providers, texts };
}

/** Providers that give what was recorded. */
export function replayTexts(texts: Texts, own: Providers = defaultProviders): Providers {
  return mapProviders(own, (scheme) => (opaque) => {
    const recorded = texts.get(`${scheme}:${opaque}`);
    return recorded ?? { kind: "error", message: `BUG: "${scheme}:${opaque}" was not read before` };
  });
}

function mapProviders(own: Providers, change: (scheme: string, provider: Provider) => Provider): Providers {
  return new Map([...own].map(([scheme, provider]) => [scheme, change(scheme, provider)]));
}
