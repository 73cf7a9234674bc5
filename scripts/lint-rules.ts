/** Lint rules of this repository's own; `.oxlintrc.json` says where they hold. */

/** As much of the linter's scope analysis as is used here. */
interface Scope {
  readonly variableScope: Scope;
  readonly type: string;
  readonly variables: readonly Variable[];
  readonly childScopes: readonly Scope[];
}
interface Variable {
  readonly name: string;
  readonly defs: readonly { readonly node: object; readonly parent?: { readonly kind?: string } | null }[];
  readonly references: readonly { readonly from: Scope; readonly identifier: object; isWrite(): boolean }[];
}
interface RuleContext {
  readonly sourceCode: { readonly scopeManager: { readonly globalScope: Scope | null } };
  report(problem: { readonly node: object; readonly message: string }): void;
}

/**
 * Some V8 versions compute wrong results for a cursor that is a captured `let` moved by an inner function: silently, once the code
 * is hot. An object's field or a module's variable is not affected.
 */
function reportCapturedCursors(context: RuleContext): void {
  const scopes: Scope[] = [];
  const { globalScope } = context.sourceCode.scopeManager;
  if (globalScope !== null) scopes.push(globalScope);
  for (let scope = scopes.pop(); scope !== undefined; scope = scopes.pop()) {
    scopes.push(...scope.childScopes);
    const owner = scope.variableScope;
    if (owner.type !== "function") continue;
    for (const { name, defs, references } of scope.variables) {
      if (defs[0]?.parent?.kind !== "let") continue;
      const moved = references.find((reference) => reference.isWrite() && reference.from.variableScope !== owner);
      if (moved === undefined) continue;
      const message = `an inner function moves "${name}", a captured let; keep it in an object's field or a module variable`;
      context.report({ node: moved.identifier, message });
    }
  }
}

export default {
  meta: { name: "sluice" },
  rules: {
    "no-captured-cursor": {
      create: (context: RuleContext) => ({ Program: () => reportCapturedCursors(context) }),
    },
  },
};
