/** What a server answers to whoever probes it, to be changed by tests: no sockets, and any time. */
import type { AskServer, ProbeAnswer, Question } from "../../cli/probe/server.ts";
import { messageToJson, signMessage } from "../../core/protocol/envelope.ts";
import { CaucaseError } from "../../core/errors.ts";
import { vouchForHttps } from "../../core/protocol/https_voucher.ts";
import { encodePem, PEM_LABEL } from "../../core/pem.ts";
import { linkPayload } from "../../core/protocol/ca_chain.ts";
import { buildCrl, CrlEntries } from "../../core/x509/crl_builder.ts";
import { checkHttps, prepareHttps } from "../../core/profiles/https_profile.ts";
import { newSerial, signCertificate } from "../../core/x509/tbs_certificate.ts";
import { messageSignerFor } from "../../core/keys/signer.ts";
import { DAY, LIFE_SPAN, newCa, newEcKey, NOW, random, type TestCa } from "./issuing.ts";

/** The name that the server is asked by. */
export const HOST = "ca.example.com";

/** When its CRLs are good. */
export const THIS_UPDATE = NOW - 10;
export const NEXT_UPDATE = THIS_UPDATE + 30 * DAY;

export interface ProbedServer {
  /** Text of each answer by `ca about`, with ` https` at its end over HTTPS; an error where there is none. */
  readonly answers: Map<string, string | CaucaseError>;
  date: string | undefined;
  serverCertificate: Uint8Array | undefined;
  readonly cas: TestCa;
  readonly httpCa: TestCa;
}

/** A server that works, at `NOW`. */
export async function probedServer(): Promise<ProbedServer> {
  const [cas, cau, httpCa] = [await newCa(), await newCa(), await newCa(HOST)];
  const answers = new Map<string, string>();
  for (const [name, ca] of [["cas", cas], ["cau", cau]] as const) {
    answers.set(`${name} caCertificate`, pemOf(ca)).set(`${name} caCertificate https`, pemOf(ca));
    answers.set(`${name} caChain`, "[]").set(`${name} crlList`, await crlPem(ca));
  }
  const voucher = { certificatePem: pemOf(cas), messageSigner: await messageSignerFor(cas.key) };
  answers.set("cas httpsCa", await vouchForHttps(voucher, [pemOf(httpCa)]));
  const serverCertificate = await httpsCertificate(httpCa, HOST);
  return { answers, date: new Date(NOW * 1000).toUTCString(), serverCertificate, cas, httpCa };
}

export function asking({ answers, date, serverCertificate }: ProbedServer): AskServer {
  return ({ ca, about, secure }: Question): Promise<ProbeAnswer> => {
    const text = answers.get(`${ca} ${about}${secure ? " https" : ""}`);
    if (text === undefined || text instanceof CaucaseError) return Promise.reject(text ?? refusal(404));
    return Promise.resolve({
      ...{ url: `${secure ? "https" : "http"}://${HOST}/${ca}/${about}`, text, date },
      ...{ askedAt: NOW + 0.5, arrivedAt: NOW + 0.5 },
      serverCertificate: secure ? serverCertificate : undefined,
    });
  };
}

export function refusal(status: number): CaucaseError {
  return new CaucaseError("refused", `the server answered ${status}`, { status });
}

export function pemOf({ der }: TestCa): string {
  return encodePem(PEM_LABEL.CERTIFICATE, der);
}

export async function crlPem({ issuer, signer }: TestCa): Promise<string> {
  const dates = { thisUpdate: THIS_UPDATE, nextUpdate: NEXT_UPDATE };
  const der = await buildCrl({ issuer, ...dates, number: 7n, entries: CrlEntries.NONE }, signer);
  return encodePem(PEM_LABEL.CRL, der);
}

/** The chain in which `old` vouches for `next`, as JSON. */
export async function chainJson(old: TestCa, next: TestCa): Promise<string> {
  return JSON.stringify([messageToJson(await signMessage(linkPayload(pemOf(old), pemOf(next)), old.key))]);
}

/** DER of a certificate for HTTPS, made at `NOW`. */
export async function httpsCertificate(ca: TestCa, host: string, lifeSpan = LIFE_SPAN): Promise<Uint8Array> {
  const { publicKey } = await newEcKey();
  const order = { host, publicKey, issuer: ca.issuer, now: NOW, lifeSpan, serial: newSerial(random) };
  return await signCertificate(checkHttps(prepareHttps(order), order), ca.signer);
}
