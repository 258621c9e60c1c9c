/** Access lists and extended attributes of real files, by the programs that people use for them. */
import assert from "node:assert/strict";
import { dirname } from "node:path";
import { attributeTools } from "./requirements.ts";
import { runCommand } from "./process.ts";

/** A user of every Unix, for whom files are opened here. */
const SOMEBODY = "daemon";

/** Whether such can be set on files in temporary folders; says what is missing where they cannot. */
export const HAS_ATTRIBUTES = await canSetAttributes();

/** Opens the file at `path` to one more user, by an access list, and marks it with an extended attribute. */
export async function giveAttributes(path: string): Promise<void> {
  const tools = attributeTools();
  assert.ok(tools);
  for (
    const command of [[tools.setfacl, "-m", `u:${SOMEBODY}:r`], [tools.setfattr, "-n", "user.caucase", "-v", "kept"]]
  ) {
    const { status, err } = await runCommand([...command, path], { cwd: "/" });
    assert.equal(status, 0, err);
  }
}

/** Takes them away again. */
export async function takeAttributes(path: string): Promise<void> {
  const { setfacl = "", setfattr = "" } = attributeTools() ?? {};
  await runCommand([setfacl, "-b", path], { cwd: "/" });
  await runCommand([setfattr, "-x", "user.caucase", path], { cwd: "/" });
}

/** What was given to the file at `path` and is still there: "access list, attribute". */
export async function attributesOf(path: string): Promise<string> {
  const acl = await outputOf("setfacl", "getfacl", ["-c", "-p", path]);
  const attributes = await outputOf("setfattr", "getfattr", ["-d", "--absolute-names", path]);
  return [
    ...(acl.includes(`user:${SOMEBODY}:r--\n`) ? ["access list"] : []),
    ...(attributes.includes('user.caucase="kept"') ? ["attribute"] : []),
  ].join(", ");
}

/** Of the program that comes in the same package. */
async function outputOf(tool: "setfacl" | "setfattr", program: string, args: readonly string[]): Promise<string> {
  const folder = dirname(attributeTools()?.[tool] ?? "");
  return (await runCommand([`${folder}/${program}`, ...args], { cwd: "/" })).out;
}

async function canSetAttributes(): Promise<boolean> {
  if (attributeTools() === undefined) return false;
  const path = await Deno.makeTempFile();
  try {
    await giveAttributes(path);
    return true;
  } catch (error) {
    if (!(error instanceof assert.AssertionError)) throw error;
    console.log(`left out: access lists and extended attributes (${error.message.trim()})`);
    return false;
  } finally {
    await Deno.remove(path);
  }
}
