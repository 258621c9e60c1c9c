/**
 * The architecture as a check that fails: `deno lint` runs these rules over every file (`lint.plugins` in deno.json).
 * What they hold is explained in ARCHITECTURE.md.
 */
import { durableWrites, foreignFunctions, printing } from "./effects.ts";
import { layers } from "./layers.ts";
import { corePurity } from "./purity.ts";
import { fileLength, functionLength, lineLength, namedExports, parameters } from "./size.ts";
import { sql } from "./sql.ts";

const plugin: Deno.lint.Plugin = {
  name: "caucase",
  rules: {
    "layers": layers,
    "core-purity": corePurity,
    "printing": printing,
    "durable-writes": durableWrites,
    "foreign-functions": foreignFunctions,
    "sql": sql,
    "file-length": fileLength,
    "line-length": lineLength,
    "function-length": functionLength,
    "parameters": parameters,
    "named-exports": namedExports,
  },
};

export default plugin;
