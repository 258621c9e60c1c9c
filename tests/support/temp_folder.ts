/** A folder for one test, gone with everything in it when the block that holds it ends. */
import { keepCertificates } from "./kept_certificates.ts";

export interface TempFolder extends AsyncDisposable {
  readonly path: string;
}

/**
 * Makes an empty folder: `await using folder = await tempFolder()`.
 * @param prefix begins its name, so that a leftover tells which test it is from
 */
export async function tempFolder(prefix = "caucase-test-"): Promise<TempFolder> {
  const path = await Deno.makeTempDir({ prefix });
  return {
    path,
    async [Symbol.asyncDispose]() {
      await keepCertificates(path);
      await Deno.remove(path, { recursive: true });
    },
  };
}

/** The same for a test that is one expression: `action` gets the path, and the folder is gone when it has ended. */
export async function inFolder(action: (folder: string) => Promise<void>): Promise<void> {
  await using folder = await tempFolder();
  await action(folder.path);
}
