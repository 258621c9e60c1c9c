import assert from "node:assert/strict";
import { fromUtf8 } from "../bytes.ts";
import { encodePem } from "../pem.ts";
import { joinBody, Pieces } from "../pieces.ts";
import { crlForms } from "./crl_forms.ts";

/** Random, as far as the platform gives so much at a time, again and again. */
function pieces(size: number, count: number): Pieces {
  const part = crypto.getRandomValues(new Uint8Array(size));
  return new Pieces(Array.from({ length: count }, () => part));
}

Deno.test("crlForms() keeps a small CRL in one piece in each form", () => {
  const crl = pieces(10_000, 3);
  const { der, pem, tag } = crlForms(crl);
  const [bytes, text] = [der(), pem()];
  assert.ok(bytes instanceof Uint8Array && text instanceof Uint8Array);
  assert.deepEqual(bytes, crl.join());
  assert.ok(fromUtf8(text) === encodePem("X509 CRL", crl.join()));
  assert.equal(der(), bytes);
  assert.equal(pem(), text);
  assert.equal(tag, crl.join().slice(-6).toHex());
});

Deno.test("crlForms() keeps a larger CRL in pieces: the DER is not copied, the PEM is made once", () => {
  const crl = pieces(50_000, 3);
  const { der, pem } = crlForms(crl);
  const [bytes, text] = [der(), pem()];
  assert.ok(bytes === crl && text instanceof Pieces);
  assert.ok(fromUtf8(text.join()) === encodePem("X509 CRL", crl.join()));
  assert.equal(pem(), text);
  assert.notEqual(text.source, crl.source);
});

Deno.test("crlForms() makes a large CRL while it is sent, of the one memory", () => {
  const crl = pieces(60_000, 300);
  const { der, pem } = crlForms(crl);
  const [bytes, text] = [der(), pem()];
  assert.ok(!(bytes instanceof Uint8Array) && !(text instanceof Uint8Array));
  assert.deepEqual([bytes.source, text.source], [crl.source, crl.source]);
  assert.ok(fromUtf8(joinBody(text)) === encodePem("X509 CRL", joinBody(bytes)));
});
