/**
 * What files lost of their rights when they were replaced: said at once, and remembered for `--status` until somebody
 * has changed the file's rights. Nobody should learn from an outage that a web server cannot read its key any more.
 */
import type { FileSystem, RightsLoss } from "../../core/host/durable_file.ts";
import { watchingReplacements } from "../../core/host/file_rights.ts";
import type { LostRightsNote, UpdaterState } from "./state.ts";
import type { Voice } from "./voice.ts";

export class LostRights {
  /** The files, each replacement of one noted. */
  readonly fileSystem: FileSystem;

  constructor(
    files: FileSystem,
    private readonly memory: { readonly state: UpdaterState; readonly statePath: string },
    private readonly voice: Voice,
  ) {
    this.fileSystem = watchingReplacements(files, (path, losses) => this.#note(path, losses));
  }

  /** Forgets files that are gone or whose rights somebody has changed since. */
  async settle(): Promise<void> {
    const { state } = this.memory;
    for (const [path, note] of Object.entries(state.lostRights)) {
      const changed = (await this.fileSystem.status(path))?.changed;
      if (changed === undefined || isMended(note, changed)) delete state.lostRights[path];
      else {
        // Before anybody, our own hook among them, may mend it: two changes in one second could not be told apart.
        if (note.changed === null) await untilSecondIsOver(changed);
        note.changed = changed;
      }
    }
  }

  #note(path: string, losses: readonly RightsLoss[]): void {
    const { state, statePath } = this.memory;
    const known = state.lostRights[path];
    // The file in place of one that had lost them has not got them either. It has another time of change.
    if (known !== undefined) known.changed = null;
    for (const loss of losses) this.#say(path, loss);
    if (losses.length === 0) return;
    // The state file would change whenever it notes something about itself.
    if (path === statePath) return;
    const what = [...new Set([...known?.what ?? [], ...losses.map((loss) => loss.what)])];
    state.lostRights[path] = { what, certain: losses.some(({ certain }) => certain), changed: null };
  }

  #say(path: string, { what, certain }: RightsLoss): void {
    if (certain) {
      const consequence = "set it again, or readers of the old file may not be able to read the new one";
      return this.voice.warning(`the new ${path} did not get the old one's ${what}; ${consequence}`);
    }
    // The same for all files, and nothing to be mended in most: said once.
    this.voice.once("rights", `a file that is replaced does not get the old one's ${what}`);
  }
}

/** The runtime tells the time of a change in whole seconds. @param changed Unix milliseconds */
async function untilSecondIsOver(changed: number): Promise<void> {
  const left = changed + 1000 - Date.now();
  if (left > 0 && left <= 1000) await new Promise((resolve) => setTimeout(resolve, left));
}

/** Whether the file was changed by others after it lost rights. */
export function isMended(note: LostRightsNote, changed: number): boolean {
  return note.changed !== null && note.changed !== changed;
}
