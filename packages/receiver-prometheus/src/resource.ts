import type { Attributes, Resource } from "@sluice/data";
import type { LabelSet } from "@sluice/lib-prometheus";
import { METRIC_NAME } from "@sluice/lib-prometheus";

/** `__meta_kubernetes_*` labels of the discovered target that name a resource attribute. */
const KUBERNETES: readonly (readonly [label: string, key: string])[] = [
  ["pod_name", "k8s.pod.name"],
  ["pod_uid", "k8s.pod.uid"],
  ["pod_container_name", "k8s.container.name"],
  ["namespace", "k8s.namespace.name"],
  ["pod_node_name", "k8s.node.name"],
  ["node_name", "k8s.node.name"],
  ["endpoint_node_name", "k8s.node.name"],
];
const CONTROLLERS: ReadonlyMap<string, string> = new Map([
  ["ReplicaSet", "k8s.replicaset.name"],
  ["DaemonSet", "k8s.daemonset.name"],
  ["StatefulSet", "k8s.statefulset.name"],
  ["Job", "k8s.job.name"],
  ["CronJob", "k8s.cronjob.name"],
]);

/** The resource of a job's instance; `discovered` are the target's labels before relabelling, `scheme` its final one. */
export function resourceOf(job: string, instance: string, scheme: string, discovered: LabelSet): Resource {
  const attributes = new Map<string, string>([["service.name", job]]);
  const { host, port } = splitInstance(instance);
  if (isTellingHost(host)) attributes.set("server.address", host);
  attributes.set("service.instance.id", instance);
  attributes.set("server.port", port);
  attributes.set("url.scheme", scheme);
  for (const [label, key] of KUBERNETES) {
    const value = discovered.get(`__meta_kubernetes_${label}`);
    if (value !== undefined && value !== "") attributes.set(key, value);
  }
  const controller = CONTROLLERS.get(discovered.get("__meta_kubernetes_pod_controller_kind") ?? "");
  const name = discovered.get("__meta_kubernetes_pod_controller_name") ?? "";
  if (controller !== undefined && name !== "") attributes.set(controller, name);
  return make(attributes);
}

/** The resource with the labels of `target_info` as attributes. */
export function withInfo(base: Resource, info: LabelSet): Resource {
  const attributes = new Map(base.attributes.map(({ key, value }) => [key, value as string]));
  for (const [name, value] of info) {
    if (name !== "job" && name !== "instance" && name !== METRIC_NAME && value !== "") attributes.set(name, value);
  }
  return make(attributes);
}

function make(from: ReadonlyMap<string, string>): Resource {
  const attributes: Attributes = Object.freeze([...from].map(([key, value]) => Object.freeze({ key, value })));
  return Object.freeze({ attributes, droppedAttributes: 0, schemaUrl: "" });
}

/** "host:port" in two, as Go's `net.SplitHostPort`; what is not of that form is all host. */
function splitInstance(instance: string): { readonly host: string; readonly port: string } {
  const match = /^(?:\[([^\]]*)\]|([^:]*)):([^:]*)$/.exec(instance);
  if (match === null) return { host: instance, port: "" };
  return { host: match[1] ?? match[2] ?? "", port: match[3] ?? "" };
}

/** Whether the host says which machine it is: not the machine itself, and no address that stands for any. */
function isTellingHost(host: string): boolean {
  if (host === "" || host === "localhost") return false;
  return !/^127(?:\.\d+){3}$|^0\.0\.0\.0$|^(?:0{0,4}:)+(?:0{0,4}|0{0,3}1)$/.test(host);
}
