/** Backends with tenants: Cortex and Mimir as one process each, and Thanos as one that receives and one that is asked. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { freePort, temporaryFolder } from "@sluice/testkit";
import { askPrometheus, type Backend, type Stored, serve } from "./backend-servers.ts";
import { keyOf, labelsOf } from "./prometheus.ts";

const tenant = { "X-Scope-OrgID": "shop" };
const tenantHeader = "headers: {X-Scope-OrgID: shop}";
const all = '{job=~".+"}';

/** Further keys of a configuration, as YAML. */
export interface Cells {
  /** Keys of `distributor`, each indented by two. */
  readonly distributor?: string;
  /** Keys of `limits`, each indented by two. */
  readonly limits?: string;
}

/** Cortex as one process, over a folder. */
export async function startCortex(command: string, { distributor = "", limits = "" }: Cells = {}): Promise<Backend> {
  const folder = await temporaryFolder();
  const [port, grpc, gossip] = [await freePort(), await freePort(), await freePort()];
  const config = `auth_enabled: true
server: {http_listen_address: 127.0.0.1, http_listen_port: ${port}, grpc_listen_address: 127.0.0.1, grpc_listen_port: ${grpc}, log_level: warn}
memberlist: {bind_addr: [127.0.0.1], bind_port: ${gossip}}
distributor:
  shard_by_all_labels: true
  remote_writev2_enabled: true
  ring: {kvstore: {store: inmemory}}
${distributor}
ingester:
  lifecycler:
    address: 127.0.0.1
    min_ready_duration: 0s
    final_sleep: 0s
    ring: {kvstore: {store: inmemory}, replication_factor: 1}
frontend_worker: {match_max_concurrent: true}
blocks_storage:
  backend: filesystem
  filesystem: {dir: ${folder}/blocks}
  tsdb: {dir: ${folder}/tsdb}
  bucket_store: {sync_dir: ${folder}/sync}
compactor: {data_dir: ${folder}/compactor, sharding_ring: {kvstore: {store: inmemory}}}
ruler: {rule_path: ${folder}/rule-files}
ruler_storage: {backend: local, local: {directory: ${folder}/empty}}
alertmanager: {external_url: "http://127.0.0.1/alertmanager", data_dir: ${folder}/alertmanager}
alertmanager_storage: {backend: local, local: {path: ${folder}/empty}}
limits:
  enable_native_histograms: true
${limits}`;
  await mkdir(join(folder, "empty"));
  const file = join(folder, "cortex.yaml");
  await writeFile(file, config);
  const url = `http://127.0.0.1:${port}`;
  const server = await serve({ command, args: [`-config.file=${file}`], ready: `${url}/ready`, cwd: folder });
  const stored = () => askPrometheus(`${url}/prometheus`, all, tenant);
  return { ...server, endpoint: `${url}/api/v1/push`, exporter: [tenantHeader], stored };
}

/** Mimir as one process, over a folder. */
export async function startMimir(command: string, { distributor = "", limits = "" }: Cells = {}): Promise<Backend> {
  const folder = await temporaryFolder();
  const [port, grpc, gossip] = [await freePort(), await freePort(), await freePort()];
  const ring = "instance_addr: 127.0.0.1, kvstore: {store: inmemory}";
  const config = `multitenancy_enabled: true
usage_stats: {enabled: false}
server: {http_listen_address: 127.0.0.1, http_listen_port: ${port}, grpc_listen_address: 127.0.0.1, grpc_listen_port: ${grpc}, log_level: warn}
memberlist: {bind_addr: [127.0.0.1], bind_port: ${gossip}}
distributor:
  ring: {${ring}}
${distributor}
ingester: {ring: {${ring}, replication_factor: 1, min_ready_duration: 0s, final_sleep: 0s}}
blocks_storage:
  backend: filesystem
  filesystem: {dir: ${folder}/blocks}
  tsdb: {dir: ${folder}/tsdb}
  bucket_store: {sync_dir: ${folder}/sync}
compactor: {data_dir: ${folder}/compactor, sharding_ring: {${ring}}}
frontend: {address: 127.0.0.1}
store_gateway: {sharding_ring: {${ring}, replication_factor: 1}}
ruler: {rule_path: ${folder}/rule-files, ring: {${ring}}}
ruler_storage: {backend: filesystem, filesystem: {dir: ${folder}/rules}}
alertmanager: {data_dir: ${folder}/alertmanager, sharding_ring: {${ring}, replication_factor: 1}}
alertmanager_storage: {backend: filesystem, filesystem: {dir: ${folder}/alerts}}
activity_tracker: {filepath: ${folder}/activity}
limits:
  native_histograms_ingestion_enabled: true
${limits}`;
  const file = join(folder, "mimir.yaml");
  await writeFile(file, config);
  const url = `http://127.0.0.1:${port}`;
  const server = await serve({ command, args: [`-config.file=${file}`], ready: `${url}/ready`, cwd: folder });
  const stored = () => askPrometheus(`${url}/prometheus`, all, tenant);
  return { ...server, endpoint: `${url}/api/v1/push`, exporter: [tenantHeader], stored };
}

/** Thanos receive and, beside it, Thanos query, which takes series that differ in `__replica__` only for one. */
export async function startThanos(command: string): Promise<Backend> {
  const folder = await temporaryFolder();
  const ports = await Promise.all(Array.from({ length: 6 }, () => freePort()));
  const [write, receive, store, query, grpc, capnProto] = ports.map((port) => `127.0.0.1:${port}`);
  const receiving = [
    "receive",
    `--tsdb.path=${folder}`,
    `--remote-write.address=${write}`,
    `--http-address=${receive}`,
    `--grpc-address=${store}`,
    // Else a fixed one on all addresses.
    `--receive.capnproto-address=${capnProto}`,
    '--label=receive="one"',
    "--log.level=warn",
  ];
  const asking = [
    "query",
    `--http-address=${query}`,
    `--grpc-address=${grpc}`,
    `--endpoint=${store}`,
    "--query.replica-label=__replica__",
    "--log.level=warn",
  ];
  const server = await serve(
    { command, args: receiving, ready: `http://${receive}/-/ready`, cwd: folder },
    { command, args: asking, ready: `http://${query}/-/ready`, cwd: folder },
  );
  const stored = async (): Promise<Stored> => {
    const found = await askPrometheus(`http://${query}`, '{job=~".+",tenant_id="shop"}');
    return new Map([...found].map(([key, samples]) => [withoutReceiver(key), samples]));
  };
  return {
    ...server,
    endpoint: `http://${write}/api/v1/receive`,
    exporter: ["headers: {THANOS-TENANT: shop}"],
    stored,
  };
}

function withoutReceiver(key: string): string {
  const { receive: _receive, tenant_id: _tenant, ...labels } = labelsOf(key);
  return keyOf(labels);
}
