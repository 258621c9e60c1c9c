import assert from "node:assert/strict";
import fc from "fast-check";
import { decodePem, encodePem, onlyPem, PEM_LABEL } from "./pem.ts";

const DER = Uint8Array.of(0x30, 0x03, 0x02, 0x01, 0x05);
const BASE64 = DER.toBase64();
const BLOCK = `-----BEGIN X-----\n${BASE64}\n-----END X-----\n`;
const MALFORMED = { code: "malformed" };

const ACCEPTED: Record<string, string> = {
  "canonical": BLOCK,
  "CRLF": BLOCK.replaceAll("\n", "\r\n"),
  "CR": BLOCK.replaceAll("\n", "\r"),
  "no final line end": BLOCK.trimEnd(),
  "text before and after": `subject=CN = ä\n${BLOCK}and more\n`,
  "dashes in the text": `-- key --\n----- BEGIN\n${BLOCK}-----\n`,
  "blanks at the ends of lines": BLOCK.replaceAll("\n", " \t\n"),
  "empty lines inside": BLOCK.replaceAll("\n", "\n\n"),
  "lines of three columns": `-----BEGIN X-----\n${BASE64.match(/.{1,3}/g)?.join("\n")}\n-----END X-----`,
};

for (const [name, text] of Object.entries(ACCEPTED)) {
  Deno.test(`decodePem() reads a block with ${name}`, () => {
    const [block, ...others] = decodePem(text);
    assert.deepEqual(block?.der, DER);
    assert.equal(block?.label, "X");
    assert.equal(block?.text, BLOCK);
    assert.equal(others.length, 0);
  });
}

const REFUSED: Record<string, string> = {
  "no END": `-----BEGIN X-----\n${BASE64}\n`,
  "no BEGIN": `${BASE64}\n-----END X-----\n`,
  "END with another label": BLOCK.replace("END X", "END Y"),
  "a block within a block": `-----BEGIN X-----\n${BLOCK}-----END X-----\n`,
  "an END too many": `${BLOCK}-----END X-----\n`,
  "a bad block among good ones": `${BLOCK}-----BEGIN X-----\n!!!!\n-----END X-----\n${BLOCK}`,
  "nothing inside": "-----BEGIN X-----\n-----END X-----\n",
  "text before BEGIN on its line": ` ${BLOCK}`,
  "text after BEGIN on its line": BLOCK.replace("BEGIN X-----", "BEGIN X----- x"),
  "END on the last line of base64": BLOCK.replace("\n-----END", "-----END"),
  "four dashes": BLOCK.replace("BEGIN X-----", "BEGIN X----"),
  "no label": BLOCK.replaceAll(" X-", " -"),
  "no space before the label": BLOCK.replaceAll(" X", "X"),
  "a label that ends in a hyphen": BLOCK.replaceAll(" X", " X-"),
  "a label with two spaces": BLOCK.replaceAll(" X", " X  Y"),
  "padding that is missing": BLOCK.replace("=", ""),
  "padding too much": BLOCK.replace("=", "=="),
  "padding amid the text": `-----BEGIN X-----\n${BASE64}${BASE64}\n-----END X-----\n`,
  "stray bits before the padding": BLOCK.replace("QU=", "QV="),
  "base64url": "-----BEGIN X-----\n-_-_\n-----END X-----\n",
  "a header": BLOCK.replace("X-----\n", "X-----\nProc-Type: 4,ENCRYPTED\n\n"),
  "a label without end": "-----BEGIN " + "X".repeat(1e6),
  "a block too many": BLOCK.repeat(10_001),
  "a NUL byte inside": BLOCK.replace("M", "\0M"),
};

for (const [name, text] of Object.entries(REFUSED)) {
  Deno.test(`decodePem() refuses ${name}`, () => assert.throws(() => decodePem(text), MALFORMED));
}

Deno.test("decodePem() keeps several blocks in order", () => {
  const text = `${BLOCK}between\n${BLOCK.replaceAll("X", "LONGER LABEL-2")}${BLOCK}`;
  assert.deepEqual(decodePem(text).map(({ label }) => label), ["X", "LONGER LABEL-2", "X"]);
});

Deno.test("decodePem() finds nothing in text without blocks", () => {
  for (const text of ["", "\n", "hello\n", "-----\n"]) assert.deepEqual(decodePem(text), []);
});

for (const lineEnd of ["\n", "\r\n", "\r"]) {
  Deno.test(`decodePem() keeps the headers of an old private key, lines ending in ${JSON.stringify(lineEnd)}`, () => {
    const headers = ["Proc-Type: 4,ENCRYPTED", "DEK-Info: AES-128-CBC,", "  00112233445566778899AABBCCDDEEFF"];
    const text = `-----BEGIN RSA PRIVATE KEY-----\n${headers.join("\n")}\n\n${BASE64}\n-----END RSA PRIVATE KEY-----\n`;
    const [block] = decodePem(text.replaceAll("\n", lineEnd));
    assert.deepEqual(block?.headers, headers);
    assert.deepEqual(block?.der, DER);
    assert.equal(block?.text, text);
  });
}

Deno.test("decodePem() refuses headers without the empty line after them", () => {
  const text = `-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4\n${BASE64}\n-----END RSA PRIVATE KEY-----\n`;
  assert.throws(() => decodePem(text), MALFORMED);
});

Deno.test("onlyPem() takes the one block with a wanted label, others around it", () => {
  const text = `${BLOCK}${encodePem(PEM_LABEL.CSR, DER)}${BLOCK}`;
  assert.equal(onlyPem(text, [PEM_LABEL.CSR, PEM_LABEL.NEW_CSR], "request").label, PEM_LABEL.CSR);
});

Deno.test("onlyPem() refuses none and two, and says what it looked for", () => {
  assert.throws(() => onlyPem(BLOCK, ["Y", "Z"], "request"), {
    code: "malformed",
    message: /^request: no .* Y or Z, but with X$/,
  });
  assert.throws(() => onlyPem("text", ["Y", "Z"], "request"), {
    code: "malformed",
    message: /^request: no .* Y or Z$/,
  });
  const two = encodePem("Y", DER) + encodePem("Z", DER);
  assert.throws(() => onlyPem(two, ["Y", "Z"], "request"), { code: "malformed", message: /^request: more than one/ });
});

Deno.test("decodePem() gives back what encodePem() wrote, in lines of at most 64 columns", () => {
  fc.assert(fc.property(fc.uint8Array({ minLength: 1, maxLength: 400 }), (bytes) => {
    const text = encodePem(PEM_LABEL.CRL, bytes);
    const [block] = decodePem(text);
    assert.deepEqual(block?.der, new Uint8Array(bytes));
    assert.equal(block?.text, text);
    const lines = text.split("\n").slice(1, -2);
    assert.ok(lines.slice(0, -1).every((line) => line.length === 64) && (lines.at(-1)?.length ?? 99) <= 64);
  }));
});

Deno.test("decodePem() never fails but as malformed, whatever the text", () => {
  const piece = fc.oneof(
    fc.constantFrom(
      "-----BEGIN X-----",
      "-----END X-----",
      "-----BEGIN RSA PRIVATE KEY-----",
      "A: b\n\n",
      "\n",
      "\r",
      BASE64,
      "=",
    ),
    fc.string({ unit: "binary" }),
  );
  fc.assert(fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
    try {
      decodePem(pieces.join(""));
    } catch (error) {
      assert.ok(error instanceof Error && "code" in error && error.code === "malformed", String(error));
    }
  }));
});
