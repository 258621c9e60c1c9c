/** Passphrases on a real terminal, which `script` of util-linux provides. */
import assert from "node:assert/strict";
import { keyPem } from "../tests/support/restorable.ts";
import { newAuthority } from "../tests/support/seeded_authorities.ts";
import { runCommand } from "../tests/support/process.ts";
import { OUR_PROGRAM } from "../tests/support/server_process.ts";
import { tempFolder } from "../tests/support/temp_folder.ts";
import { certificateToPem } from "../core/x509/certificate.ts";

const hasScript = (await runCommand(["sh", "-c", "script --version"], { cwd: "/" })).out.includes("util-linux");
if (!hasScript) console.log("left out: script of util-linux is missing (apt-get install bsdutils)");

/** Runs `caucase manage` on a terminal; types an answer when its prompt is seen. Status, and all that the terminal showed. */
async function onTerminal(folder: string, args: string, answers: readonly (readonly [prompt: string, keys: string])[]) {
  const program = OUR_PROGRAM.map((word) => `'${word}'`).join(" ");
  const typing = answers.map(([prompt, keys], index) =>
    `while [ "$(grep -ac '${prompt}' shown)" -lt ${seenBefore(answers, index)} ]; do sleep 0.05; done; printf '${keys}'`
  );
  const command = `: > shown; (${typing.join("; ")}) | script -qefc "${program} manage ${args}" shown > /dev/null`;
  const { status } = await runCommand(["sh", "-c", command], { cwd: folder });
  return { status, shown: await Deno.readTextFile(`${folder}/shown`) };
}

/** How many lines must show the prompt of this answer: those of earlier ones are there still. */
function seenBefore(answers: readonly (readonly [prompt: string, keys: string])[], index: number): number {
  return answers.slice(0, index + 1).filter(([prompt]) => prompt === answers[index]?.[0]).length;
}

Deno.test({
  name: "manage asks for passphrases on the terminal and shows nothing of them",
  ignore: !hasScript,
  fn: async () => {
    await using folder = await tempFolder();
    const { key, certificate } = await newAuthority("cas");
    await Deno.writeTextFile(`${folder.path}/ca.pem`, keyPem(key) + certificateToPem(certificate));
    const made = await runCommand(
      [...OUR_PROGRAM, "manage", "--db", "a", "--import-bad-ca", "--import-ca", "ca.pem"],
      { cwd: folder.path },
    );
    assert.equal(made.status, 0, made.err);
    const [first, second] = ["CA export passphrase: ", "(again): "];
    const answers = [[first, "open\\r"], [second, "opne\\r"], [first, "opem\\177n\\r"], [second, "open\\r"]] as const;
    const exported = await onTerminal(folder.path, "--db a --export-ca out.pem", answers);
    assert.equal(exported.status, 0, exported.shown);
    assert.doesNotMatch(exported.shown, /open|opne/);
    assert.equal(exported.shown.split("Input does not match, retrying").length, 2, exported.shown);
    const prompt = "Passphrase for key at out.pem: ";
    const options = "--import-bad-ca --import-ca out.pem";
    const imported = await onTerminal(folder.path, `--db b ${options}`, [[prompt, "open\\r"]]);
    assert.equal(imported.status, 0, imported.shown);
    assert.match(imported.shown, /Imported 1 CA certificates/);
    const interrupted = await onTerminal(folder.path, `--db c ${options}`, [[prompt, "op\\003"]]);
    assert.equal(interrupted.status, 130, interrupted.shown);
    await assert.rejects(Deno.stat(`${folder.path}/c`), Deno.errors.NotFound);
  },
});
