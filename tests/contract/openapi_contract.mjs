// Requests against a vendor's OpenAPI description.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(process.env.NAVETTE_CONTRACT_MODULES + "/");
const { OpenAPIBackend } = require("openapi-backend");
const YAML = require("yaml");
const swagger2openapi = require("swagger2openapi");

async function readDescription(file) {
  const text = readFileSync(file, "utf8");
  const read = file.endsWith(".json") ? JSON.parse(text) : YAML.parse(text);
  if (read.swagger !== "2.0") return read;
  return (await swagger2openapi.convertObj(read, { patch: true, warnOnly: true })).openapi;
}

/** The properties that a schema documents, through allOf, oneOf and anyOf; null where it takes any. */
function documentedProperties(schema) {
  let known = { ...(schema.properties ?? {}) };
  let isOpen = schema.additionalProperties === true || typeof schema.additionalProperties === "object";
  for (const part of [...(schema.allOf ?? []), ...(schema.oneOf ?? []), ...(schema.anyOf ?? [])]) {
    const inner = documentedProperties(part);
    if (inner === null) isOpen = isOpen || part.type === "object";
    else known = { ...known, ...inner };
  }
  return isOpen || Object.keys(known).length === 0 ? null : known;
}

/** A validator lets a misspelt member pass where the description does not forbid others; this does not. */
function undocumentedMembers(schema, value, path) {
  if (schema === undefined || value === null || typeof value !== "object") return [];
  if (Array.isArray(value)) {
    return value.flatMap((item) => undocumentedMembers(schema.items, item, path + "[]"));
  }
  const known = documentedProperties(schema);
  if (known === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    name in known ? undocumentedMembers(known[name], inner, `${path}.${name}`) : [`${path}.${name} is not documented`],
  );
}

export class OpenApiContract {
  /** `files`: [{prefix, file}]; the description holds for paths below the prefix. */
  static async load(files) {
    const contract = new OpenApiContract();
    contract.parts = [];
    for (const { prefix, file } of files) {
      const api = new OpenAPIBackend({
        definition: await readDescription(file),
        strict: false,
        quick: true,
        ajvOpts: { strict: false, allErrors: true, validateFormats: false, logger: false },
      });
      await api.init();
      contract.parts.push({ prefix, api });
    }
    return contract;
  }

  /** What is wrong with a request {method, target, content_type, body}; nothing where it keeps to the description. */
  violations(request) {
    const url = new URL(request.target, "http://platform");
    const part = this.parts.find(({ prefix }) => url.pathname.startsWith(prefix));
    if (!part) return ["no description holds for this path"];
    const asked = {
      method: request.method,
      path: url.pathname.slice(part.prefix.length) || "/",
      query: url.search.slice(1),
      headers: { "content-type": request.content_type || undefined },
      body: request.body || undefined,
    };
    const operation = part.api.matchOperation(asked);
    if (!operation) return ["the description knows no such operation"];
    const found = [];
    const { errors } = part.api.validateRequest(asked, operation);
    for (const error of errors ?? []) {
      found.push(`${error.instancePath || "request"} ${error.message} ${JSON.stringify(error.params)}`);
    }
    const content = operation.requestBody?.content ?? {};
    const schema = content[(request.content_type || "").split(";")[0]]?.schema;
    if (request.body && Object.keys(content).length > 0 && !schema) {
      found.push(`the content type ${request.content_type || "(none)"} is not documented`);
    }
    if (request.body && operation.requestBody === undefined) found.push("a body, and none is documented");
    if (schema && /json/.test(request.content_type)) {
      found.push(...undocumentedMembers(schema, JSON.parse(request.body), "body"));
    }
    return [...new Set(found)];
  }

  /** The request's operation, for the summary: "POST /v2/persons/{id}". */
  operation(request) {
    const url = new URL(request.target, "http://platform");
    const part = this.parts.find(({ prefix }) => url.pathname.startsWith(prefix));
    const found = part?.api.matchOperation({
      method: request.method,
      path: url.pathname.slice(part.prefix.length) || "/",
      headers: {},
    });
    return `${request.method} ${found ? part.prefix + found.path : url.pathname}`;
  }
}
