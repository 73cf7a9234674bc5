import type { Env } from "@sluice/component";

/** An environment that cannot be used: every function of it throws. What is plain data stays readable. */
export function forbidding(env: Env): Env {
  const parts = Object.entries(env).map(([part, members]) => [part, forbidPart(part, members as object)]);
  return Object.fromEntries(parts) as Env;
}

function forbidPart(part: string, members: object): object {
  return new Proxy(members, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function") return member;
      return () => {
        throw new Error(`create must not touch env.${part}.${String(name)}`);
      };
    },
  });
}
