/** The files of `packaging/`, read as their readers read them. */

/** Values by `Section.Key`, in their order: a key may be given several times. */
export type UnitValues = ReadonlyMap<string, readonly string[]>;

const FOLDER = new URL("../../packaging/", import.meta.url);

/** Text of a file, named relative to `packaging/`. */
export async function readPackaged(path: string): Promise<string> {
  return await Deno.readTextFile(new URL(path, FOLDER));
}

/** Paths, relative to `packaging/`, of the files in a folder of it. */
export async function listPackaged(folder: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(new URL(`${folder}/`, FOLDER)));
  return entries.filter(({ isFile }) => isFile).map(({ name }) => `${folder}/${name}`).sort();
}

/** The unit of that name, without what drop-ins would change. */
export async function readUnit(name: string): Promise<UnitValues> {
  return parseUnit(await readPackaged(`systemd/${name}`));
}

/** systemd.syntax(7), as far as our units go: comments, lines that go on after a backslash, empty values. */
export function parseUnit(text: string): UnitValues {
  const unit = new Map<string, string[]>();
  let section = "";
  const lines = text.split("\n").filter((line) => !/^[#;]/.test(line)).join("\n").replaceAll("\\\n", " ").split("\n");
  for (const line of lines) {
    if (line.trim() === "") continue;
    const header = /^\[(.+)\]$/.exec(line);
    const [, key, value = ""] = /^([A-Za-z]+)=(.*)$/.exec(line) ?? [];
    if (header) section = header[1] ?? "";
    else if (key === undefined) throw new Error(`neither a section nor an assignment: ${line}`);
    else unit.set(`${section}.${key}`, [...unit.get(`${section}.${key}`) ?? [], value]);
  }
  return unit;
}

/** What `key` is set to last. @throws Error when it is not set */
export function valueOf(unit: UnitValues, key: string): string {
  const value = unit.get(key)?.at(-1);
  if (value === undefined) throw new Error(`${key} is not set`);
  return value;
}

/** The words of ExecStart for the instance `web`: `${NAME}` is one word, `$NAME` as many as it has. */
export function commandOf(unit: UnitValues, environment: Readonly<Record<string, string>>): string[] {
  const variable = (name: string) => environment[name] ?? "";
  return valueOf(unit, "Service.ExecStart").trim().split(/\s+/).flatMap((word) => {
    const [, splitName] = /^\$(\w+)$/.exec(word) ?? [];
    if (splitName !== undefined) return variable(splitName).split(/\s+/).filter((part) => part !== "");
    const filled = word.replaceAll(/\$\{(\w+)\}/g, (_, name: string) => variable(name));
    return [filled.replaceAll("%S", "/var/lib").replaceAll("%i", "web")];
  });
}

/** Assignments of an environment file: systemd's form of it that sh reads alike. */
export function parseEnvironment(text: string): Record<string, string> {
  const assignments = text.split("\n").filter((line) => line !== "" && !line.startsWith("#")).map((line) => {
    const [, name, quoted, plain] = /^(\w+)=(?:"([^"\\$`]*)"|([\w.:/-]*))$/.exec(line) ?? [];
    if (name === undefined) throw new Error(`sh and systemd may read this differently: ${line}`);
    return [name, quoted ?? plain ?? ""] as const;
  });
  return Object.fromEntries(assignments);
}
