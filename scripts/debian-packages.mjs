// The servers and programs that tests run against. Installs what is missing where it may, else says what to install.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

const packages = [
  { name: "prometheus", program: "/usr/bin/prometheus" },
  { name: "prometheus-node-exporter", program: "/usr/bin/prometheus-node-exporter" },
  { name: "victoria-metrics", program: "/usr/bin/victoria-metrics" },
  { name: "influxdb", program: "/usr/bin/influxd" },
  // What unpacks and runs the container images.
  { name: "skopeo", program: "/usr/bin/skopeo" },
  { name: "umoci", program: "/usr/bin/umoci" },
  { name: "runc", program: "/usr/sbin/runc" },
];

/** Exits with a clear request when something is missing and cannot be installed from here. */
export function installDebianPackages() {
  const missing = packages.filter(({ program }) => !existsSync(program)).map(({ name }) => name);
  if (missing.length === 0) return;
  const command = `apt-get install -y --no-install-recommends ${missing.join(" ")}`;
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) {
    process.stderr.write(`the tests need these Debian packages: ${missing.join(", ")}\nplease run: sudo ${command}\n`);
    process.exit(1);
  }
  process.stderr.write(`installing what the tests need: ${missing.join(", ")}\n`);
  // RUNLEVEL=1 keeps the packages' own services from starting.
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" };
  for (const step of ["apt-get update", command]) {
    const result = spawnSync("sh", ["-c", step], { env, stdio: ["ignore", "pipe", "pipe"], encoding: "utf8" });
    if (result.status === 0) continue;
    process.stderr.write(`${result.stdout}${result.stderr}\ncannot install Debian packages: "${step}" failed\n`);
    process.exit(1);
  }
}
