/** Fails the run at once under a Node that the workspace was not made for: an editor or a hook may use the host's. */
export function setup(): void {
  const [major = 0] = process.versions.node.split(".").map(Number);
  if (major < 24) throw new Error(`the tests need Node 24, found ${process.versions.node}; run them with "npm test"`);
}
