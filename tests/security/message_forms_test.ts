/**
 * What counts as a message that its holder signed: how it may be written, and what nobody can make of it afterwards.
 */
import assert from "node:assert/strict";
import { type Bytes, concatBytes, utf8 } from "../../core/bytes.ts";
import { importSigningKey, type PrivateKey, signWith } from "../../core/keys/private_key.ts";
import { ECDSA, ED25519, RSA_PKCS1, rsaPss, type SignatureAlgorithm } from "../../core/keys/signature_algorithm.ts";
import { type AgedServer, holderFrom, runAgedServer } from "../support/aged_server.ts";
import { type Holder, JSON_TYPE } from "../support/desk.ts";
import { newKey, testKey } from "../support/keys.ts";

/** The members of a message as JSON has them. */
interface Parts {
  readonly payload: string;
  readonly digest: string;
  readonly signature: string;
}

/** A revocation by a holder, who may want to sign it otherwise. */
interface SignedRevocation extends Parts {
  readonly holder: Holder;
  /** Signs `data` with the holder's key. */
  readonly sign: (algorithm: SignatureAlgorithm, data: string) => Promise<Bytes>;
}

type MessageForm = (message: SignedRevocation) => string | Bytes | Promise<string | Bytes>;

const SHA256 = ECDSA["SHA-256"];

function whole({ payload, digest, signature }: Parts, changes: Record<string, unknown> = {}): string {
  return JSON.stringify({ payload, digest, signature, ...changes });
}

/** JSON text of members in this order, also with one name twice. */
function members(...list: readonly [string, unknown][]): string {
  return `{${list.map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`).join(", ")}}`;
}

/** Taken, as each means what was signed. */
const TAKEN: Readonly<Record<string, MessageForm>> = {
  "as it is": (message) => whole(message),
  "members in another order": ({ payload, digest, signature }) => JSON.stringify({ signature, payload, digest }),
  "blanks between all": ({ payload, digest, signature }) =>
    JSON.stringify({ payload, digest, signature }, undefined, "\t\r\n "),
  "every character escaped": ({ payload, ...rest }) => {
    const escaped = payload.replace(/[^]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`);
    return whole({ payload: "@", ...rest }).replace("@", escaped);
  },
  "members that nobody knows": (message) => whole(message, { revoke_serial: 1, alg: "none", holder: null }),
  "the base64 in lines": (message) => whole(message, { signature: message.signature.replace(/.{10}/g, "$&\r\n \t") }),
  "a forged payload, and then the signed one": (message) =>
    members(["payload", "{}"], ["digest", null], ["payload", message.payload], ["digest", "sha256"], [
      "signature",
      message.signature,
    ]),
  "signed with SHA-384": async (message) =>
    whole(message, {
      digest: "sha384",
      signature: (await message.sign(ECDSA["SHA-384"], `${message.payload}sha384 `)).toBase64(),
    }),
  "signed with SHA-512": async (message) =>
    whole(message, {
      digest: "sha512",
      signature: (await message.sign(ECDSA["SHA-512"], `${message.payload}sha512 `)).toBase64(),
    }),
};

/** The same content, otherwise written than it was signed. */
const PAYLOADS: Readonly<Record<string, (payload: string) => string>> = {
  "a space after it": (payload) => `${payload} `,
  "a space before it": (payload) => ` ${payload}`,
  "a line end after it": (payload) => `${payload}\n`,
  "a space in it": (payload) => payload.replace(":", ": "),
  "a letter of it escaped": (payload) => payload.replace("revoke", "\\u0072evoke"),
  "a line end of it escaped otherwise": (payload) => payload.replace("\\n", "\\u000a"),
  "a member more": (payload) => payload.replace("{", '{"a": 1, '),
  "a member twice": (payload) => payload.replace("{", '{"revoke_crt_pem": "", '),
  "a byte order mark": (payload) => `\ufeff${payload}`,
  "a zero byte after it": (payload) => `${payload}\0`,
  "half a surrogate pair, encoded alike": (payload) => payload.replace("\ufffd", "\ud800"),
  "the digest's name moved into it": (payload) => `${payload}sha256 `,
};

const DIGESTS = ["sha384", "sha512", "sha1", "md5", "none", "SHA256", "sha-256", " sha256", "sha256 ", "", "__proto__"];

const SIGNATURES: Readonly<Record<string, (message: SignedRevocation) => unknown>> = {
  "none": () => undefined,
  "null": () => null,
  "an empty text": () => "",
  "blanks": () => " \n",
  "a number": () => 0,
  "a list": ({ signature }) => [signature],
  "hexadecimal": ({ signature }) => Uint8Array.fromBase64(signature).toHex(),
  "base64 without padding": ({ signature }) => signature.replace(/=+$/, ""),
  "base64 with too much padding": ({ signature }) => `${signature}=`,
  "base64 for URLs": ({ signature }) => signature.replaceAll("+", "-").replaceAll("/", "_"),
  "base64 with another last character": ({ signature }) => signature.replace(/.(?==)/, nextCharacter),
  "base64 with a character that is none": ({ signature }) => `${signature.slice(0, 8)}*${signature.slice(8)}`,
  "base64 twice": ({ signature }) => btoa(signature),
  "a byte less": ({ signature }) => Uint8Array.fromBase64(signature).slice(0, -1).toBase64(),
  "a byte more": ({ signature }) => concatBytes(Uint8Array.fromBase64(signature), Uint8Array.of(0)).toBase64(),
  "r and s are zero": () => Uint8Array.fromHex("3006020100020100").toBase64(),
  "r and s side by side": () => new Uint8Array(64).fill(1).toBase64(),
  "r with a zero before it": ({ signature }) => {
    const [, , , size = 0, ...rest] = Uint8Array.fromBase64(signature);
    return Uint8Array.of(0x30, rest.length + 3, 2, size + 1, 0, ...rest).toBase64();
  },
  "of the payload alone": async ({ sign, payload }) => (await sign(SHA256, payload)).toBase64(),
  "of no space after the digest": async ({ sign, payload }) => (await sign(SHA256, `${payload}sha256`)).toBase64(),
  "of another payload": async ({ sign }) => (await sign(SHA256, "{}sha256 ")).toBase64(),
};

/** A character of base64 that stands for the same bytes at the end, but for bits that must be zero. */
function nextCharacter(character: string): string {
  return String.fromCharCode(character.charCodeAt(0) + 1);
}

const ENVELOPES: Readonly<Record<string, MessageForm>> = {
  "the signed payload, and then a forged one": ({ payload, digest, signature }) =>
    members(["payload", payload], ["digest", digest], ["signature", signature], ["payload", `${payload} `]),
  "a byte order mark before it": (message) => `\ufeff${whole(message)}`,
  "UTF-16": (message) => new Uint8Array([...whole(message)].flatMap((one) => [one.charCodeAt(0), 0])),
  "a byte that is no UTF-8": (message) => concatBytes(utf8(whole(message)).slice(0, -1), Uint8Array.of(0xff, 0x7d)),
  "text after it": (message) => `${whole(message)}{}`,
  "a comma too many": (message) => whole(message).replace("}", ",}"),
  "a list of it": (message) => `[${whole(message)}]`,
  "members in a prototype": (message) => `{"__proto__": ${whole(message)}}`,
  "a payload that is an object": (message) => whole(message, { payload: JSON.parse(message.payload) }),
};

const REFUSED: Readonly<Record<string, MessageForm>> = {
  ...ENVELOPES,
  ...named(PAYLOADS, (change) => (message) => whole(message, { payload: change(message.payload) })),
  ...named(SIGNATURES, (change) => async (message) => whole(message, { signature: await change(message) })),
  ...Object.fromEntries(
    DIGESTS.map((digest) => [`digest "${digest}"`, (message: SignedRevocation) => whole(message, { digest })]),
  ),
};

/** What is unsigned is for users. */
const UNAUTHENTICATED: Readonly<Record<string, MessageForm>> = {
  "no digest and no signature": ({ payload }) => JSON.stringify({ payload, digest: null }),
  "no digest but a signature": (message) => whole(message, { digest: null }),
  "a digest, and then none": ({ payload, digest, signature }) =>
    members(["payload", payload], ["digest", digest], ["signature", signature], ["digest", null]),
};

function named<T>(cases: Readonly<Record<string, T>>, form: (one: T) => MessageForm): Record<string, MessageForm> {
  return Object.fromEntries(Object.entries(cases).map(([name, one]) => [name, form(one)]));
}

/** The revocation that a new holder signed, whose base64 ends in padding and has a character of each alphabet. */
async function newMessage({ cas }: AgedServer): Promise<SignedRevocation> {
  while (true) {
    const holder = await holderFrom(cas);
    const sign = async (algorithm: SignatureAlgorithm, data: string) =>
      await signWith(await importSigningKey(holder.privateKey, algorithm), algorithm, utf8(data));
    // The character that stands for what UTF-8 cannot hold.
    const payload = JSON.stringify({ revoke_crt_pem: holder.cert, note: "\ufffd" });
    const signature = (await sign(SHA256, `${payload}sha256 `)).toBase64();
    // Signatures are deterministic here: another one takes another key.
    if (/^(?=.*[+/]).*=$/.test(signature)) return { payload, digest: "sha256", signature, holder, sign };
  }
}

async function revoke({ server }: AgedServer, body: string | Bytes): Promise<{ status: number; text: string }> {
  return await server.ask("PUT", "/cas/crt/revoke", { headers: JSON_TYPE, body });
}

/** That whatever `forms` makes of a message is answered so, and changes nothing. */
async function assertRefused(
  aged: AgedServer,
  forms: Readonly<Record<string, MessageForm>>,
  expected: number,
): Promise<void> {
  const message = await newMessage(aged);
  const before = aged.database.contents();
  for (const [name, form] of Object.entries(forms)) {
    const body = await form(message);
    const { status, text } = await revoke(aged, body);
    assert.equal(status, expected, `${name}: ${text}`);
    assert.ok(aged.database.contents() === before, name);
  }
  assert.equal((await revoke(aged, whole(message))).status, 204, "the very message they were made of");
}

Deno.test("a message may be written in any way that JSON and base64 have, and means what was signed", async () => {
  await using aged = await runAgedServer();
  for (const [name, form] of Object.entries(TAKEN)) {
    const message = await newMessage(aged);
    const { status, text } = await revoke(aged, await form(message));
    assert.equal(status, 204, `${name}: ${text}`);
    assert.equal(aged.database.revoked("cas").at(-1), `${message.holder.certificate.serial}`, name);
  }
  assert.equal(aged.database.revoked("cas").length, Object.keys(TAKEN).length, "one certificate each");
});

Deno.test("a message of which a character was changed after it was signed is refused", async () => {
  await using aged = await runAgedServer();
  await assertRefused(aged, REFUSED, 400);
  assert.deepEqual(aged.server.warnings, []);
});

Deno.test("a message whose signature was taken off is a user's or nobody's", async () => {
  await using aged = await runAgedServer();
  await assertRefused(aged, UNAUTHENTICATED, 401);
});

Deno.test("a signature of another scheme, or another salt, than the key's is refused", async () => {
  await using aged = await runAgedServer();
  const { cas } = aged;
  const [rsa, edwards] = [await testKey("RSA"), await newKey("Ed25519")];
  const message = await newMessage(aged);
  const { payload } = message;
  const longest = 256 - 32 - 2;
  const algorithms: [string, PrivateKey, SignatureAlgorithm, number][] = [
    ["PKCS#1 v1.5", rsa, RSA_PKCS1["SHA-256"], 400],
    ["no salt", rsa, rsaPss("SHA-256", 0), 400],
    ["a salt as long as the hash", rsa, rsaPss("SHA-256", 32), 400],
    ["a salt one byte too short", rsa, rsaPss("SHA-256", longest - 1), 400],
    ["another hash", rsa, rsaPss("SHA-512", 256 - 64 - 2), 400],
    ["RSA as it is to be", rsa, rsaPss("SHA-256", longest), 204],
    ["Ed25519", edwards, ED25519, 204],
  ];
  for (const [name, privateKey, algorithm, expected] of algorithms) {
    const holder = await holderFrom(cas, { privateKey });
    const own = JSON.stringify({ revoke_crt_pem: holder.cert });
    const key = await importSigningKey(privateKey, algorithm);
    const signature = (await signWith(key, algorithm, utf8(`${own}sha256 `))).toBase64();
    const body = JSON.stringify({ payload: own, digest: "sha256", signature });
    assert.equal((await revoke(aged, body)).status, expected, name);
    const crossed = JSON.stringify({ payload, digest: "sha256", signature });
    assert.equal((await revoke(aged, crossed)).status, 400, `${name}, in the name of another's key`);
  }
});
