// Requests against Shopify's published GraphQL schema: the document and the variables.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { gunzipSync } from "node:zlib";

const require = createRequire(process.env.NAVETTE_CONTRACT_MODULES + "/");
const { buildClientSchema, parse, validate, getOperationAST, typeFromAST, coerceInputValue } = require("graphql");

function readSchema(file) {
  const read = JSON.parse(gunzipSync(readFileSync(file)).toString("utf8"));
  return buildClientSchema(read.data ?? read);
}

export class GraphqlContract {
  /** `versions`: {"2026-10": file}; `fallback`: the version that holds where the path names none. */
  constructor(versions, fallback) {
    this.schemas = Object.fromEntries(Object.entries(versions).map(([name, file]) => [name, readSchema(file)]));
    this.fallback = fallback;
    this.checkedDocuments = new Map();
    this.uploads = new Map();
  }

  version(request) {
    return /\/api\/([0-9]{4}-[0-9]{2})\//.exec(request.target)?.[1] ?? this.fallback;
  }

  violations(request) {
    if (!/graphql\.json$/.test(request.target)) return this.file(request);
    const version = this.version(request);
    const schema = this.schemas[version];
    if (!schema) return [`there is no schema of the version ${version}`];
    const { query, variables = {} } = JSON.parse(request.body);
    const found = this.documentViolations(schema, version, query, variables);
    // A bulk operation: its own mutation, over each line of the file that was uploaded for it.
    if (typeof variables.mutation === "string" && /bulkOperationRunMutation/.test(query)) {
      const lines = this.uploads.get(variables.path);
      if (!lines) found.push(`no file was uploaded as ${variables.path}`);
      for (const line of lines ?? []) {
        found.push(...this.documentViolations(schema, version, variables.mutation, line).map((text) => `in bulk: ${text}`));
      }
    }
    // Or its own query, which takes no variables.
    if (typeof variables.query === "string" && /bulkOperationRunQuery/.test(query)) {
      found.push(...this.documentViolations(schema, version, variables.query, {}).map((text) => `in bulk: ${text}`));
    }
    return [...new Set(found)];
  }

  /** The upload of a bulk operation's file, which no schema describes: its lines are kept for the operation. */
  file(request) {
    if (request.method === "GET") return request.body ? ["a download has no body"] : [];
    const boundary = /^multipart\/form-data; boundary=(.+)$/.exec(request.content_type)?.[1];
    if (!boundary) return ["no description holds for this path"];
    const parts = request.body.split(`--${boundary}`).slice(1, -1);
    const named = parts.map((part) => /name="([^"]*)"/.exec(part)?.[1]);
    const text = (part) => part.slice(part.indexOf("\r\n\r\n") + 4, -2);
    if (named.at(-1) !== "file") return ["the file must be the form's last field"];
    if (!named.includes("key")) return ["the form has no key"];
    this.uploads.set(text(parts[named.indexOf("key")]), text(parts.at(-1)).trimEnd().split("\n").map((line) => JSON.parse(line)));
    return [];
  }

  documentViolations(schema, version, query, variables) {
    const key = version + query;
    if (!this.checkedDocuments.has(key)) {
      const document = parse(query);
      this.checkedDocuments.set(key, { document, errors: validate(schema, document).map((error) => error.message) });
    }
    const { document, errors } = this.checkedDocuments.get(key);
    const found = [...errors];
    const definitions = getOperationAST(document)?.variableDefinitions ?? [];
    for (const definition of definitions) {
      const name = definition.variable.name.value;
      const type = typeFromAST(schema, definition.type);
      if (!type) continue;
      if (!(name in variables)) {
        if (definition.type.kind === "NonNullType" && !definition.defaultValue) found.push(`$${name} is missing`);
        continue;
      }
      coerceInputValue(variables[name], type, (path, _value, error) =>
        found.push(`$${[name, ...path].join(".")}: ${error.message}`),
      );
    }
    const declared = new Set(definitions.map((definition) => definition.variable.name.value));
    for (const name of Object.keys(variables)) {
      if (!declared.has(name)) found.push(`$${name} is sent, but the document does not declare it`);
    }
    return [...new Set(found)];
  }

  operation(request) {
    if (!/graphql\.json$/.test(request.target)) return `${request.method} a file of a bulk operation`;
    const { query } = JSON.parse(request.body);
    const operation = getOperationAST(parse(query));
    const field = operation?.selectionSet.selections[0]?.name?.value ?? "?";
    return `${operation?.operation ?? "?"} ${field} (${this.version(request)})`;
  }
}
