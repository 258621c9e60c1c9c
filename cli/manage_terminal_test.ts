/** What a person sees of `caucase manage` on a real terminal. */
import assert from "node:assert/strict";
import { type Answer, hasTerminals, onTerminal } from "../tests/support/pty.ts";
import { keyPem, makeRestorable } from "../tests/support/restorable.ts";
import { newIssuer } from "../tests/support/seeded_issuers.ts";
import { runCommand } from "../tests/support/process.ts";
import { OUR_PROGRAM } from "../tests/support/server_process.ts";
import { tempFolder } from "../tests/support/temp_folder.ts";
import { certificateToPem } from "../core/x509/certificate.ts";

const hasScript = await hasTerminals();
const PROGRAM = OUR_PROGRAM.map((word) => `'${word}'`).join(" ");

/** Runs `caucase manage` on a terminal; types an answer when its prompt is seen. */
function manage(cwd: string, args: string, answers: readonly Answer[] = []) {
  return onTerminal(`${PROGRAM} manage ${args}`, { cwd, answers });
}

Deno.test({
  name: "manage asks for passphrases on the terminal and shows nothing of them",
  ignore: !hasScript,
  fn: async () => {
    await using folder = await tempFolder();
    const { key, certificate } = await newIssuer("cas");
    await Deno.writeTextFile(`${folder.path}/ca.pem`, keyPem(key) + certificateToPem(certificate));
    const made = await runCommand(
      [...OUR_PROGRAM, "manage", "--db", "a", "--import-bad-ca", "--import-ca", "ca.pem"],
      { cwd: folder.path },
    );
    assert.equal(made.status, 0, made.err);
    const [first, second] = ["CA export passphrase: ", "(again): "];
    const answers = [[first, "open\\r"], [second, "opne\\r"], [first, "opem\\177n\\r"], [second, "open\\r"]] as const;
    const exported = await manage(folder.path, "--db a --export-ca out.pem", answers);
    assert.equal(exported.status, 0, exported.shown);
    assert.doesNotMatch(exported.shown, /open|opne/);
    assert.equal(exported.shown.split("Input does not match, retrying").length, 2, exported.shown);
    const prompt = "Passphrase for key at out.pem: ";
    const options = "--import-bad-ca --import-ca out.pem";
    const imported = await manage(folder.path, `--db b ${options}`, [[prompt, "open\\r"]]);
    assert.equal(imported.status, 0, imported.shown);
    assert.match(imported.shown, /Imported 1 CA certificates/);
    const interrupted = await manage(folder.path, `--db c ${options}`, [[prompt, "op\\003"]]);
    assert.equal(interrupted.status, 130, interrupted.shown);
    await assert.rejects(Deno.stat(`${folder.path}/c`), Deno.errors.NotFound);
  },
});

/** What a screen line has held, one state after the other. */
function statesOf(shown: string): string[] {
  return shown.split("\n").flatMap((line) => line.split("\r")).map((state) => state.trim()).filter((state) =>
    state !== ""
  );
}

Deno.test({
  name: "manage shows on a terminal how far it is, and takes that away before it says what came of it",
  ignore: !hasScript,
  fn: async () => {
    await using restorable = await makeRestorable();
    const { files } = restorable;
    const cwd = restorable.original.folder.path;
    const verify = `--verify-backup ${files.backup} ${files.key}`;
    const { status, shown } = await manage(cwd, verify);
    assert.equal(status, 0, shown);
    const [progress = "", ...result] = statesOf(shown);
    assert.match(progress, /^Reading \S+: \d+ of \d+ kB \(100 %\)$/);
    assert.match(result.join("\n"), /^\S+ is good for restoring; 1 key opens it\ncau: [^]*CRL number \d+$/);
    assert.ok(shown.includes(`\r${" ".repeat(progress.length)}\r`), "the line is taken away");
    // Nothing of it goes into a file, nor to a terminal that can only write on.
    const redirected = await manage(cwd, `${verify} 2>errors`);
    assert.deepEqual(statesOf(redirected.shown), result);
    assert.equal(await Deno.readTextFile(`${cwd}/errors`), "");
    const dumb = await onTerminal(`${PROGRAM} manage ${verify}`, { cwd, env: { TERM: "dumb" } });
    assert.deepEqual(statesOf(dumb.shown), result);
  },
});
