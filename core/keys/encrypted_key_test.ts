import assert from "node:assert/strict";
import fc from "fast-check";
import { hasOpenssl, opensslPath } from "../../tests/support/requirements.ts";
import { testKey } from "../../tests/support/keys.ts";
import { runCommand } from "../../tests/support/process.ts";
import { tempFolder } from "../../tests/support/temp_folder.ts";
import { random } from "../../tests/support/issuing.ts";
import { CaucaseError } from "../errors.ts";
import { decodePem, onlyPem, PEM_LABEL, type PemBlock } from "../pem.ts";
import { decryptPrivateKey, encryptPrivateKey } from "./encrypted_key.ts";
import { derInteger, derOctetString, derOid, derSequence } from "../der/writer.ts";
import { isEncryptedKeyBlock, isPrivateKeyBlock, privateKeyFromPem } from "./private_key.ts";

const VECTORS = new URL("../../tests/vectors/encrypted_keys/", import.meta.url);
const PASSPHRASE = "sésame";

async function vector(name: string): Promise<PemBlock> {
  const blocks = decodePem(await Deno.readTextFile(new URL(name, VECTORS))).filter(isPrivateKeyBlock);
  assert.equal(blocks.length, 1, name);
  return blocks[0] as PemBlock;
}

async function vectorNames(prefix: string): Promise<string[]> {
  const names = (await Array.fromAsync(Deno.readDir(VECTORS))).map(({ name }) => name);
  return names.filter((name) => name.startsWith(prefix)).toSorted();
}

function encrypted(pem: string): PemBlock {
  return onlyPem(pem, [PEM_LABEL.ENCRYPTED_PKCS8], "key");
}

Deno.test("decryptPrivateKey() reads every form in which OpenSSL encrypts with AES-CBC", async () => {
  const plain = await privateKeyFromPem(await vector("plain.pem"));
  const names = await vectorNames("read-");
  assert.equal(names.length, 16);
  for (const name of names) {
    const block = await vector(name);
    assert.ok(isEncryptedKeyBlock(block), name);
    assert.deepEqual((await decryptPrivateKey(block, PASSPHRASE)).pkcs8, plain.pkcs8, name);
  }
});

Deno.test("decryptPrivateKey() says that a passphrase is wrong, in every form", async () => {
  for (const name of await vectorNames("read-")) {
    for (const wrong of ["sesame", "", `${PASSPHRASE} `]) {
      await assert.rejects(decryptPrivateKey(await vector(name), wrong), {
        code: "unacceptable",
        message: "the passphrase is wrong, or the encrypted private key is damaged",
      }, name);
    }
  }
});

const REFUSALS: readonly [name: string, message: string][] = [
  ["refused-scrypt.pem", "the private key is encrypted under a passphrase by another function than PBKDF2"],
  ["refused-des3.pem", "the private key is encrypted with another cipher than AES-CBC"],
  ["refused-pbes1.pem", "the private key is encrypted in a way that is older than PBES2"],
  ["refused-older-des3.pem", "the private key is encrypted with another cipher than AES-CBC"],
];

for (const [name, message] of REFUSALS) {
  Deno.test(`decryptPrivateKey() says how to convert ${name}`, async () => {
    await assert.rejects(decryptPrivateKey(await vector(name), PASSPHRASE), (error: unknown) => {
      assert.ok(error instanceof CaucaseError);
      assert.deepEqual({ code: error.code, message: error.message }, { code: "unacceptable", message });
      assert.match(error.details.hint ?? "", /^openssl pkey -aes256/);
      return true;
    });
  });
}

/** A block whose iterations and initialization vector are made up. */
function forged(iterations: bigint, ivSize: number): PemBlock {
  const derivation = derSequence(
    derOid("1.2.840.113549.1.5.12"),
    derSequence(derOctetString(new Uint8Array(8)), derInteger(iterations)),
  );
  const scheme = derSequence(derOid("2.16.840.1.101.3.4.1.42"), derOctetString(new Uint8Array(ivSize)));
  const algorithm = derSequence(derOid("1.2.840.113549.1.5.13"), derSequence(derivation, scheme));
  const der = derSequence(algorithm, derOctetString(new Uint8Array(32)));
  return { label: PEM_LABEL.ENCRYPTED_PKCS8, der, headers: [], text: "" };
}

Deno.test("decryptPrivateKey() does no work for a file that asks for too much of it", async () => {
  for (const iterations of [0n, -1n, 50_000_001n, 2n ** 200_000n]) {
    await assert.rejects(decryptPrivateKey(forged(iterations, 16), "x"), {
      code: "malformed",
      message: "encrypted private key asks for no iterations, or more than 50000000",
    });
  }
  await assert.rejects(decryptPrivateKey(forged(1n, 8), "x"), { code: "malformed" });
});

Deno.test("decryptPrivateKey() throws nothing but refusals, whatever the bytes are", async () => {
  const { der } = await vector("read-one-iteration.pem");
  const change = fc.record({ at: fc.nat(der.length - 1), to: fc.nat(255) });
  await fc.assert(fc.asyncProperty(change, async ({ at, to }) => {
    const changed = der.slice();
    changed[at] = to;
    const block = { label: PEM_LABEL.ENCRYPTED_PKCS8, der: changed, headers: [], text: "" };
    await decryptPrivateKey(block, PASSPHRASE).catch((error) =>
      assert.ok(error instanceof CaucaseError, String(error))
    );
  }));
});

Deno.test("encryptPrivateKey() and decryptPrivateKey() are inverse for any passphrase", async () => {
  const keys = await Promise.all((["RSA", "P-521", "Ed25519"] as const).map(testKey));
  const passphrases = fc.string({ minLength: 1, unit: "grapheme" });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...keys), passphrases, async (key, passphrase) => {
      const pem = await encryptPrivateKey(key, { passphrase, random, iterations: 1 });
      assert.deepEqual((await decryptPrivateKey(encrypted(pem), passphrase)).pkcs8, key.pkcs8);
    }),
    { numRuns: 30 },
  );
});

Deno.test("encryptPrivateKey() refuses an empty passphrase, and never writes the same twice", async () => {
  const key = await testKey("P-256");
  await assert.rejects(encryptPrivateKey(key, { passphrase: "", random }), { code: "unacceptable" });
  const encryption = { passphrase: "x", random, iterations: 1 };
  assert.notEqual(await encryptPrivateKey(key, encryption), await encryptPrivateKey(key, encryption));
});

Deno.test({
  name: "OpenSSL reads what encryptPrivateKey() writes",
  ignore: !hasOpenssl(),
  fn: async () => {
    await using folder = await tempFolder();
    for (const kind of ["RSA", "P-256", "Ed25519"] as const) {
      const key = await testKey(kind);
      const pem = await encryptPrivateKey(key, { passphrase: PASSPHRASE, random });
      await Deno.writeTextFile(`${folder.path}/key.pem`, pem);
      const read = [opensslPath() ?? "", "pkey", "-in", "key.pem", "-passin", `pass:${PASSPHRASE}`];
      const { status, out, err } = await runCommand(read, { cwd: folder.path });
      assert.equal(status, 0, err);
      assert.deepEqual((await privateKeyFromPem(onlyPem(out, [PEM_LABEL.PKCS8], "key"))).publicKey, key.publicKey);
    }
  },
});
