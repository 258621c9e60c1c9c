/** Which part of a request a function works for. */
import type { Frame, Sample } from "./cpu_profile.ts";

export const STAGES = [
  "HTTP, TLS and sockets",
  "DER, PEM and JSON",
  "verify",
  "sign",
  "hash",
  "policy and profile",
  "SQLite",
  "log",
  "garbage collection",
  "other, native",
  "waiting",
] as const;
export type Stage = (typeof STAGES)[number];

interface Rule {
  readonly stage: Stage;
  /** Modules by the end of their URL's folder or name; built-in functions have no module. */
  readonly url: RegExp;
  /** Every function there, unless given. */
  readonly functionName?: RegExp;
}

/** The first one that fits counts. */
const RULES: readonly Rule[] = [
  { stage: "waiting", url: /^$/, functionName: /^\(idle\)$/ },
  { stage: "garbage collection", url: /^$/, functionName: /^\(garbage collector\)$/ },
  { stage: "hash", url: /^$|\/core\/keys\/hashes\.ts$/, functionName: /^digest$/ },
  { stage: "SQLite", url: /\/server\/storage\/|sqlite/ },
  { stage: "verify", url: /\/core\/keys\/(rsa_verify|public_key|rsa_numbers)\.ts$/ },
  { stage: "verify", url: /\/core\/ca\/verification\.ts$/ },
  { stage: "verify", url: /\/core\//, functionName: /verif|isSignedWith|isIssuedBy/i },
  { stage: "verify", url: /^ext:.*crypto/, functionName: /verify|importKey/i },
  { stage: "verify", url: /\/server\/keys\/native\//, functionName: /verif|verdict|#rsaKey|#point|#choose|#withCopy/ },
  { stage: "sign", url: /\/server\/keys\// },
  { stage: "sign", url: /\/core\/keys\/(signer|private_key|private_key_format)\.ts$/ },
  { stage: "sign", url: /\/core\/x509\//, functionName: /^encodeSigned$|^signCertificate$/ },
  { stage: "sign", url: /^ext:.*crypto/, functionName: /sign/i },
  { stage: "DER, PEM and JSON", url: /\/core\/(der|x509|keys|protocol)\/|\/core\/(pem|json|bytes|text)\.ts$/ },
  { stage: "log", url: /\/core\/(host\/)?log|logtape|access_log|\/server\/log/ },
  { stage: "policy and profile", url: /\/core\/(ca|profiles|cors)\/|\/server\/caucase\// },
  { stage: "HTTP, TLS and sockets", url: /\/server\/(http|tls)\// },
  {
    stage: "HTTP, TLS and sockets",
    url: /^(node|ext):.*(http|net|tls|tcp|stream|socket|events|timers|async_wrap|tick)/,
  },
];

/** Of one function; undefined where its callers have to be asked. */
export function stageOfFrame({ functionName, url }: Frame): Stage | undefined {
  return RULES.find((rule) => rule.url.test(url) && (rule.functionName?.test(functionName) ?? true))?.stage;
}

/** Time in one stage. */
export interface StageTime {
  readonly stage: Stage;
  /** While its own functions ran, and what is built in on their behalf. Microseconds. */
  readonly self: number;
  /** While any of its functions was called or had called others. Microseconds. */
  readonly total: number;
}

/** What is built in counts for the function of a stage that called it. */
export function timePerStage(samples: readonly Sample[]): readonly StageTime[] {
  const self = new Map<Stage, number>();
  const total = new Map<Stage, number>();
  const add = (times: Map<Stage, number>, stage: Stage, time: number) =>
    void times.set(stage, (times.get(stage) ?? 0) + time);
  for (const { stack, length } of samples) {
    const stages = stack.flatMap((frame) => stageOfFrame(frame) ?? []);
    add(self, stages[0] ?? "other, native", length);
    for (const stage of new Set<Stage>(stages.length === 0 ? ["other, native"] : stages)) add(total, stage, length);
  }
  return STAGES.map((stage) => ({ stage, self: self.get(stage) ?? 0, total: total.get(stage) ?? 0 }));
}

/** Functions in which most time passes, with their stage: to see what to look at, or that a rule is missing. */
export function hottestFunctions(samples: readonly Sample[], count: number): readonly (readonly [string, number])[] {
  const times = new Map<string, number>();
  for (const { stack, length } of samples) {
    const [frame] = stack;
    if (frame === undefined) continue;
    const stage = stack.map(stageOfFrame).find((one) => one !== undefined) ?? "other, native";
    const name = `${frame.functionName || "(anonymous)"} ${shortUrl(frame.url)} [${stage}]`;
    times.set(name, (times.get(name) ?? 0) + length);
  }
  return [...times].toSorted(([, a], [, b]) => b - a).slice(0, count);
}

function shortUrl(url: string): string {
  return url.split("/").slice(-2).join("/");
}
