// Validates recorded requests: node validate.mjs SPECS RECORD... . Prints a count for each platform and every
// violation once, with an example; exits 1 where there is one that known_deviations.json does not name.
import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { GraphqlContract } from "./graphql_contract.mjs";
import { OpenApiContract } from "./openapi_contract.mjs";

const [specs, ...records] = process.argv.slice(2);
const here = dirname(fileURLToPath(import.meta.url));
const spec = (path) => join(specs, path);

const contracts = {
  dolibarr: await OpenApiContract.load([
    { prefix: "/api/index.php", file: spec("dolibarr/swagger.json") },
    { prefix: "", file: spec("dolibarr/swagger.json") },
  ]),
  hubspot: await OpenApiContract.load([{ prefix: "", file: spec("hubspot/navette-hubspot-subset.openapi.yaml") }]),
  pipedrive: await OpenApiContract.load([
    { prefix: "/api/v2", file: spec("pipedrive/openapi-v2.yaml") },
    { prefix: "/api/v1", file: spec("pipedrive/openapi-v1.yaml") },
    { prefix: "/v1", file: spec("pipedrive/openapi-v1.yaml") },
  ]),
  shopify: new GraphqlContract(
    {
      "2026-07": spec("shopify/admin_2026-07.json.gz"),
      "2026-10": spec("shopify/admin_2026-10.json.gz"),
    },
    "2026-10",
  ),
  zendesk: await OpenApiContract.load([{ prefix: "", file: spec("zendesk/support-oas-2024.yaml") }]),
};
const deviations = JSON.parse(readFileSync(join(here, "known_deviations.json"), "utf8")).map((known) => ({
  ...known,
  request: new RegExp(`^${known.request}$`),
  violation: new RegExp(known.violation),
  used: 0,
}));

/** The platform of a record: the line's own, or the one in the file's name ("unit-hubspot.jsonl"). */
const platformOf = (line, file) => line.slug || basename(file).replace(/^unit-|\.jsonl$/g, "");

const counts = {};
const wrong = new Map();
for (const file of records) {
  for (const text of readFileSync(file, "utf8").split("\n").filter(Boolean)) {
    const request = JSON.parse(text);
    const platform = platformOf(request, file);
    const count = (counts[platform] ??= { requests: 0, kept: 0, excused: 0, broken: 0, operations: new Set() });
    ++count.requests;
    const contract = contracts[platform];
    if (!contract) continue;
    let operation = `${request.method} ${request.target}`;
    let violations;
    try {
      operation = contract.operation(request);
      violations = contract.violations(request);
    } catch (error) {
      violations = [`cannot be read: ${error.message}`];
    }
    count.operations.add(operation);
    const unexcused = violations.filter((violation) => {
      const known = deviations.find(
        (candidate) =>
          candidate.platform === platform && candidate.request.test(operation) && candidate.violation.test(violation),
      );
      if (known) ++known.used;
      return !known;
    });
    if (unexcused.length > 0) ++count.broken;
    else if (violations.length > 0) ++count.excused;
    else ++count.kept;
    for (const violation of unexcused) {
      const key = `${platform}: ${operation}: ${violation}`;
      const seen = wrong.get(key) ?? { times: 0, request, from: basename(file) };
      ++seen.times;
      wrong.set(key, seen);
    }
  }
}

for (const [key, { times, request, from }] of wrong) {
  console.log(`${key}\n    ${times} times, first in ${from}: ${request.method} ${request.target}`);
  if (request.body) console.log(`    ${request.body.slice(0, 600)}`);
}
let validated = 0;
for (const [platform, count] of Object.entries(counts).sort()) {
  if (!contracts[platform]) {
    console.log(`contract: ${platform}: ${count.requests} requests, no description to hold them against`);
    continue;
  }
  validated += count.requests;
  console.log(
    `contract: ${platform}: ${count.requests} requests of ${count.operations.size} operations validated, ` +
      `${count.kept} keep to the description, ${count.excused} deviate as known, ${count.broken} violate it`,
  );
}
for (const known of deviations.filter((candidate) => candidate.used === 0)) {
  console.log(`contract: the known deviation of ${known.platform} ${known.request.source} was not met: ${known.violation.source}`);
}
console.log(`contract: validated=${validated} violations=${wrong.size}`);
const missing = Object.keys(contracts).filter((platform) => !counts[platform]?.requests);
if (missing.length > 0) console.log(`contract: no request was recorded of ${missing.join(", ")}`);
process.exit(wrong.size > 0 || missing.length > 0 ? 1 : 0);
