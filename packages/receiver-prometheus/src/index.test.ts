import { fileURLToPath } from "node:url";
import { checkComponent } from "@sluice/testkit";
import definition from "./index.ts";

const packageDirectory = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");

checkComponent(definition, packageDirectory, {
  config: `config:
  global: {scrape_interval: 1s}
  scrape_configs:
    - job_name: test
      static_configs: [{targets: ["localhost:9"]}]
      file_sd_configs: [{files: ["targets.json"]}]
`,
  setup(simulation) {
    simulation.files.write("targets.json", `[{"targets": ["localhost:8"]}]`);
    simulation.files.write("jobs/good.yml", "scrape_configs:\n  - job_name: from-file\n    bearer_token: 0123\n");
    simulation.files.write("jobs/bad.yml", "scrape_configs:\n  - job_name: a\n    metric_path: /x\n");
  },
});
