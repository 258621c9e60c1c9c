/** What a server answers to whoever probes it, to be changed by tests: no sockets, and any time. */
import type { AskServer, ProbeAnswer, Question } from "../../cli/probe/server.ts";
import { CaucaseError } from "../../core/errors.ts";
import { vouchForHttps } from "../../core/protocol/https_voucher.ts";
import { crlOf, DAY, HOST, httpsPairOf, newCa, NOW, type TestCa, vouching } from "./issuing.ts";

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
  const [cas, cau, httpCa] = [await newCa(), await newCa(), await newCa({ name: "http_cas" })];
  const answers = new Map<string, string>();
  for (const [name, ca] of [["cas", cas], ["cau", cau]] as const) {
    answers.set(`${name} caCertificate`, ca.certificatePem).set(`${name} caCertificate https`, ca.certificatePem);
    answers.set(`${name} caChain`, "[]").set(`${name} crlList`, await crlPem(ca));
  }
  answers.set("cas httpsCa", await vouchForHttps(await vouching(cas), [httpCa.certificatePem]));
  const { certificate: { der: serverCertificate } } = await httpsPairOf(httpCa);
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

export async function crlPem(ca: TestCa): Promise<string> {
  return await crlOf(ca, { number: 7n, thisUpdate: THIS_UPDATE, nextUpdate: NEXT_UPDATE });
}
