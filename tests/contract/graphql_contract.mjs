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
  }

  version(request) {
    return /\/api\/([0-9]{4}-[0-9]{2})\//.exec(request.target)?.[1] ?? this.fallback;
  }

  violations(request) {
    if (!/graphql\.json$/.test(request.target)) return ["no description holds for this path"];
    const version = this.version(request);
    const schema = this.schemas[version];
    if (!schema) return [`there is no schema of the version ${version}`];
    const { query, variables = {} } = JSON.parse(request.body);
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
    const { query } = JSON.parse(request.body);
    const operation = getOperationAST(parse(query));
    const field = operation?.selectionSet.selections[0]?.name?.value ?? "?";
    return `${operation?.operation ?? "?"} ${field} (${this.version(request)})`;
  }
}
