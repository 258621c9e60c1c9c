/** Signed messages, backups, and what stands in headers of requests. */
import { createDecipheriv } from "node:crypto";
import { type Bytes, concatBytes, utf8 } from "../../../core/bytes.ts";
import { sealStream } from "../../../core/backup/authenticated_stream.ts";
import { encodeBackupHeader, PREFIX_SIZE, RSA_RECIPIENT_CIPHER } from "../../../core/backup/container.ts";
import { encodeBegin, encodeCommit, encodeDefinition, encodeRow } from "../../../core/backup/sql_dump.ts";
import { setConsentCookie } from "../../../core/cors/cookie.ts";
import { formatKeySet } from "../../../core/cors/key_set.ts";
import { signConsent, signForm } from "../../../core/cors/token.ts";
import { messageToJson, signMessage } from "../../../core/protocol/envelope.ts";
import { vouchForHttps } from "../../../core/protocol/https_voucher.ts";
import { linkPayload } from "../../../core/protocol/ca_chain.ts";
import { certificateToPem } from "../../../core/x509/certificate.ts";
import { buildCsr } from "../../../core/x509/csr.ts";
import { EMPTY_NAME } from "../../../core/x509/name.ts";
import { allBytes, inChunks } from "../../../tests/support/streams.ts";
import { FUZZ_NOW, fuzzCa } from "../material.ts";
import { BLOCK, STREAM_KEYS } from "../targets/backups.ts";
import { CORS_KEY } from "../targets/http.ts";
import type { Seeds } from "./certificates.ts";

export async function messageSeeds(): Promise<Record<string, Seeds>> {
  const [first, second, third] = [await fuzzCa(), await fuzzCa(8), await fuzzCa(9)];
  const signed = async (payload: string, { key } = first) => messageToJson(await signMessage(payload, key));
  const pem = certificateToPem(first.certificate);
  const renewal = {
    crt_pem: pem,
    renew_csr_pem: await buildCsr({ subject: EMPTY_NAME, extensions: [] }, second.signer),
  };
  const links = [[first, second], [second, third]] as const;
  const chain = links.map(([old, next]) =>
    signed(linkPayload(certificateToPem(old.certificate), certificateToPem(next.certificate)), old)
  );
  const byHolder = await signed(JSON.stringify({ revoke_crt_pem: pem }));
  return {
    "envelope": { signed: json(byHolder), unsigned: json({ payload: "", digest: null }) },
    "renewal": { signed: json(await signed(JSON.stringify(renewal))) },
    "revocation": {
      "by-holder": json(byHolder),
      "by-user": json({ payload: JSON.stringify({ revoke_crt_pem: pem }), digest: null }),
      "serial": json({ payload: '{"revoke_serial": 12345678901234567890123}', digest: null }),
    },
    "chain": { empty: json([]), two: json(await Promise.all(chain)) },
    "voucher": { signed: utf8(await vouchForHttps({ certificatePem: pem, messageSigner: first.signer }, [pem])) },
  };
}

export async function backupSeeds(): Promise<Record<string, Seeds>> {
  const dump = concatBytes(
    encodeBegin(),
    encodeDefinition(
      "CREATE TABLE \"t\" (id INTEGER PRIMARY KEY, b TEXT NOT NULL DEFAULT 'x', UNIQUE (b COLLATE NOCASE DESC))",
    ),
    encodeRow("t", [1n, "it's", null, 1.5, -1e300, Infinity, Uint8Array.of(0, 255)]),
    encodeDefinition("CREATE UNIQUE INDEX i ON t (b) WHERE b IS NOT NULL"),
    encodeCommit(),
  );
  const header = encodeBackupHeader({
    iv: new Uint8Array(16).fill(3),
    recipients: [1, 2].map((number) => ({
      keyId: new Uint8Array(20).fill(number).toHex(),
      cipher: RSA_RECIPIENT_CIPHER,
      encryptedKey: new Uint8Array(256).fill(number),
    })),
  });
  const sealed = await allBytes(sealStream(inChunks(dump), STREAM_KEYS, BLOCK));
  const decipher = createDecipheriv("aes-256-cbc", STREAM_KEYS.aesKey, STREAM_KEYS.iv);
  return {
    "dump": { small: dump },
    "backup-header": { two: header },
    "backup-header-json": { two: header.subarray(PREFIX_SIZE) },
    "backup-stream": { small: sealed },
    "backup-blocks": { small: concatBytes(decipher.update(sealed), decipher.final()) },
  };
}

export async function requestSeeds(): Promise<Record<string, Seeds>> {
  const origin = "http://a.example";
  const consent = await signConsent({ origin, allowed: true }, CORS_KEY);
  const form = await signForm({ origin, returnTo: origin, shownTo: "::1" }, { key: CORS_KEY, now: FUZZ_NOW });
  const line = setConsentCookie(new Map([[origin, consent], ["https://b.example", form]]));
  return {
    "cookie": {
      ours: utf8(line.split(";", 1)[0] ?? ""),
      python: utf8(`a=b; cors="{\\042${origin}\\042: \\042x.y.z\\042}"`),
    },
    "cors-keys": { two: utf8(formatKeySet([CORS_KEY, { ...CORS_KEY, expires: 1.5 }])) },
    "origin": texts([
      "http://localhost:8009",
      "https://[2001:db8::1]:443",
      "chrome-extension://abc",
      "localhost:8009",
      "null",
    ]),
    "netloc": texts(["localhost", "ca.example.com:8009", "[::1]:80", "192.0.2.1:8000"]),
    "request-target": texts([
      "GET /cas/crl 1.1\nHost: a",
      "PUT /cau/csr 1.1\nHost: a\nTransfer-Encoding: chunked",
      "GET http://h:1/cas/csr/12345?x 1.0",
      "GET /cas/crl/1234567890.der 1.1\nHost: a",
      "OPTIONS * 1.1\nHost: a",
    ]),
    "name-text": texts([
      "CN=host.example.com,O=Example\\, Inc.,C=DE",
      "CN=a+UID=b,1.2.3.4=\\c3\\a9",
      "DC=example,DC=com",
    ]),
  };
}

function texts(list: readonly string[]): Seeds {
  return Object.fromEntries(list.map((text, index) => [`${index + 1}`, utf8(text)]));
}

function json(value: unknown): Bytes {
  return utf8(JSON.stringify(value));
}
