/** Units of systemd, as far as it takes to start what they start. It computes; `systemctl.ts` acts. */

export interface Unit {
  /** Keys of `[Service]`, each with its values in order; the last one holds where one alone can. */
  readonly service: ReadonlyMap<string, readonly string[]>;
}

export interface Launch {
  /** The command line, in words. */
  readonly command: readonly string[];
  readonly folder: string | undefined;
  /** Folders to make first. */
  readonly stateFolders: readonly string[];
}

/** The `[Service]` of a unit file. A line that ends with a backslash goes on in the next; comments are left out. */
export function parseUnit(text: string): Unit {
  const service = new Map<string, string[]>();
  let section = "";
  for (const line of text.replaceAll("\\\n", " ").split("\n")) {
    section = /^\[(.+)\]$/.exec(line)?.[1] ?? section;
    const [, key, value = ""] = /^(\w+)=(.*)$/.exec(line) ?? [];
    if (section === "Service" && key !== undefined) service.set(key, [...service.get(key) ?? [], value.trim()]);
  }
  return { service };
}

export interface LaunchOptions {
  /** What `%i` stands for. */
  readonly instance: string;
  /** What `%S` stands for. */
  readonly stateRoot: string;
  /** What `$NAME` and `${NAME}` stand for. */
  readonly variables: ReadonlyMap<string, string>;
}

/**
 * How a unit is started. `${NAME}` stays one word, `$NAME` becomes as many as it has. @throws Error for what is missing
 */
export function launchOf({ service }: Unit, { instance, stateRoot, variables }: LaunchOptions): Launch {
  const last = (key: string) => service.get(key)?.at(-1)?.replaceAll("%i", instance).replaceAll("%S", stateRoot);
  const command = last("ExecStart");
  if (command === undefined) throw new Error("the unit has no ExecStart");
  const value = (name: string) => {
    const found = variables.get(name);
    if (found === undefined) throw new Error(`the unit uses $${name}, which its EnvironmentFile does not set`);
    return found;
  };
  const words = command.split(/\s+/).flatMap((word) => {
    const [, alone] = /^\$(\w+)$/.exec(word) ?? [];
    if (alone !== undefined) return value(alone).split(/\s+/).filter((part) => part !== "");
    return [word.replaceAll(/\$\{(\w+)\}/g, (_, name) => value(name))];
  });
  const stateFolders = (last("StateDirectory") ?? "").split(" ").filter((name) => name !== "");
  return {
    command: words,
    folder: last("WorkingDirectory"),
    stateFolders: stateFolders.map((name) => `${stateRoot}/${name}`),
  };
}

/** A file of `NAME=value` lines. */
export function parseEnvironment(text: string): Map<string, string> {
  return new Map(
    [...text.matchAll(/^(\w+)=(?:"(.*)"|(.*))$/gm)].map(([, name = "", quoted, bare = ""]) => [name, quoted ?? bare]),
  );
}
