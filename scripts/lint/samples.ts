/** Runs the plugin over a piece of source, for the tests of its rules. */
import plugin from "./plugin.ts";

/** What one rule says about `source` standing in `file`: its messages, in order. */
export function complaints(rule: string, file: string, source: string): readonly string[] {
  return diagnostics(rule, file, source).map(({ message }) => message);
}

/** The hints that go with {@linkcode complaints}. */
export function hints(rule: string, file: string, source: string): readonly (string | undefined)[] {
  return diagnostics(rule, file, source).map(({ hint }) => hint);
}

function diagnostics(rule: string, file: string, source: string): readonly Deno.lint.Diagnostic[] {
  return Deno.lint.runPlugin(plugin, file, source).filter(({ id }) => id === `caucase/${rule}`);
}
