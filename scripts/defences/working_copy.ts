/** A copy of the source in a folder of its own, where defences are taken out one at a time. */
import { applyEdit, type Edit } from "./mutation.ts";

/** Copies what git knows or would add, as it lies in the work tree, and removes the copy when the block ends. */
export class WorkingCopy implements AsyncDisposable {
  private constructor(readonly folder: string) {}

  /** @param root folder of the repository */
  static async of(root: string): Promise<WorkingCopy> {
    const copy = new WorkingCopy(await Deno.makeTempDir({ prefix: "caucase-defences-" }));
    for (const path of await sourceFiles(root)) await copy.#take(root, path);
    return copy;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }

  /** Runs `action` while the edits are made, and takes them back. */
  async edited<T>(edits: readonly Edit[], action: () => Promise<T>): Promise<T> {
    const originals = new Map<string, string>();
    try {
      for (const edit of edits) {
        const path = `${this.folder}/${edit[0]}`;
        const source = await Deno.readTextFile(path);
        if (!originals.has(path)) originals.set(path, source);
        await Deno.writeTextFile(path, applyEdit(source, edit));
      }
      return await action();
    } finally {
      for (const [path, source] of originals) await Deno.writeTextFile(path, source);
    }
  }

  async #take(root: string, path: string): Promise<void> {
    const target = `${this.folder}/${path}`;
    await Deno.mkdir(target.slice(0, target.lastIndexOf("/")), { recursive: true });
    try {
      await Deno.copyFile(`${root}/${path}`, target);
    } catch (error) {
      // Deleted, and not committed yet.
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

async function sourceFiles(root: string): Promise<string[]> {
  const args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const { success, stdout, stderr } = await new Deno.Command("git", { args, cwd: root }).output();
  if (!success) throw new Error(`git ls-files: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout).split("\0").filter(Boolean);
}
