/** What hosts of strangers say to the validator of ACME. */
import assert from "node:assert/strict";
import { type Bytes, concatBytes, joinBytes, utf8 } from "../../../core/bytes.ts";
import { malformed } from "../../../core/errors.ts";
import { digest } from "../../../core/keys/hashes.ts";
import { verifySignature } from "../../../core/keys/verify_signature.ts";
import { type Certificate, parseCertificate } from "../../../core/x509/certificate.ts";
import { acmeCertificateBreach } from "../../../server/acme/validation/acme_certificate.ts";
import { HandshakeReader, MAX_FLIGHT } from "../../../server/acme/validation/tls/handshake_reader.ts";
import { FlightReader, type ServerFlight } from "../../../server/acme/validation/tls/server_flight.ts";
import { record, records } from "../../../tests/support/acme_tls.ts";
import { KEY_AUTHORIZATION } from "../../../tests/support/validation.ts";
import { defineTarget } from "../target.ts";

/** The client's random number, for all flights of the corpus. */
export const CLIENT_RANDOM = new Uint8Array(32).fill(3);

const DIGEST = await digest("SHA-256", utf8(KEY_AUTHORIZATION));

/** The first flight of a TLS server, in pieces of a size. */
function readFlight(input: Uint8Array, size: number): ServerFlight {
  const handshake = new HandshakeReader();
  const flight = new FlightReader();
  for (let start = 0; start < input.length; start += size) {
    for (const message of handshake.push(input.subarray(start, start + size))) {
      const whole = flight.take(message);
      if (whole !== undefined) return whole;
    }
  }
  throw malformed("the flight is cut short");
}

export const tlsFlight = defineTarget({
  name: "tls-flight",
  grammar: "bytes",
  codes: ["malformed", "too-large", "refused", "unacceptable"],
  read: (input) => readFlight(input, 4096),
  async check(flight, input) {
    assert.deepEqual(readFlight(input, 1), flight, "pieces do not matter");
    const { hello, keyExchange: { parameters, algorithm, signature } } = flight;
    assert.ok(hello.random.length === 32 && input.length <= MAX_FLIGHT);
    // Whatever the key, the algorithm and the signature are, there is an answer.
    const { publicKey } = await parseCertificate(flight.certificate);
    const data = concatBytes(CLIENT_RANDOM, hello.random, parameters);
    await verifySignature(publicKey, algorithm, { data, signature });
  },
  grown: {
    "records of one byte": (size) => records([longMessage(size / 6)], 1),
    "one message": (size) => records([longMessage(size)]),
    "warnings": (size) => joinBytes(Array.from({ length: size / 7 }, () => record(21, Uint8Array.of(1, 112)))),
    "certificates": (size) => records([hello(new Uint8Array()), certificates(size)]),
    "extensions": (size) => records([hello(new Uint8Array(size - size % 4))]),
  },
});

export const acmeCertificate = defineTarget({
  name: "acme-certificate",
  grammar: "der",
  codes: ["malformed", "unacceptable"],
  async read(input) {
    const certificate = await parseCertificate(input);
    return { certificate, breach: await breachOf(certificate) };
  },
  check({ certificate, breach }) {
    if (breach !== undefined) {
      assert.ok(breach.length < 600);
      return assert.doesNotMatch(breach, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    }
    assert.ok(certificate.der.toHex().includes(DIGEST.toHex()), "no proof without the digest");
  },
});

function breachOf(certificate: Certificate): Promise<string | undefined> {
  return acmeCertificateBreach(certificate, { name: { form: "DNS", text: "www.example" }, digest: DIGEST });
}

function longMessage(size: number): Bytes {
  return concatBytes(Uint8Array.of(2, size >> 16, size >> 8, size), new Uint8Array(size));
}

function hello(extensions: Uint8Array): Bytes {
  const length = Math.min(extensions.length, 0xffff);
  const body = concatBytes(
    Uint8Array.of(3, 3),
    new Uint8Array(33),
    Uint8Array.of(0xc0, 0x2b, 0, length >> 8, length),
    extensions.subarray(0, length),
  );
  return concatBytes(Uint8Array.of(2, 0, body.length >> 8, body.length), body);
}

/** Empty ones. */
function certificates(size: number): Bytes {
  const length = size - size % 3;
  const list = concatBytes(Uint8Array.of(length >> 16, length >> 8, length), new Uint8Array(length));
  return concatBytes(Uint8Array.of(11, list.length >> 16, list.length >> 8, list.length), list);
}
