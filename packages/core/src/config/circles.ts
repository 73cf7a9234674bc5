/** Something with ways to others. */
export interface Node<W> {
  readonly name: string;
  readonly ways: Way<W>[];
}
export interface Way<W> {
  readonly to: Node<W>;
  /** What makes this way. */
  readonly by: W;
}

/**
 * Finds the circles that a walk along all ways meets, each once: what makes its last way, and the names along it as
 * "a -> b -> a". Every node is entered once, so a graph of n ways costs n steps.
 */
export function findCircles<W>(nodes: Iterable<Node<W>>): readonly { readonly by: W; readonly chain: string }[] {
  const circles: { readonly by: W; readonly chain: string }[] = [];
  const done = new Set<Node<W>>();
  // No recursion: a configuration may chain more nodes than a stack has room for.
  const path: { readonly node: Node<W>; next: number }[] = [];
  const depths = new Map<Node<W>, number>();
  const enter = (node: Node<W>): void => {
    if (done.has(node)) return;
    depths.set(node, path.length);
    path.push({ node, next: 0 });
  };
  for (const start of nodes) {
    enter(start);
    for (let at = path.at(-1); at !== undefined; at = path.at(-1)) {
      const way = at.node.ways[at.next];
      at.next += 1;
      if (way === undefined) {
        path.pop();
        depths.delete(at.node);
        done.add(at.node);
        continue;
      }
      const depth = depths.get(way.to);
      if (depth === undefined) enter(way.to);
      else circles.push({ by: way.by, chain: join([...path.slice(depth).map(({ node }) => node.name), way.to.name]) });
    }
  }
  return circles;
}

const maxChain = 20;

function join(chain: readonly string[]): string {
  const shown = chain.length <= maxChain ? chain : [...chain.slice(0, maxChain - 2), "...", ...chain.slice(-1)];
  return shown.join(" -> ");
}
