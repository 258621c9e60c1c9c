/**
 * `caucase completion ask`: what shells complete from the server, by the profile. Within a second, and nothing at all
 * where it cannot: nobody waits for a tabulator, and no complaint belongs into a command line that is being typed.
 */
import type { CertificateEntry } from "../../core/protocol/register.ts";
import { pendingRequests } from "../csr/asking.ts";
import type { ApiClient } from "../net/api_client.ts";
import { foreignText } from "../output/foreign_text.ts";
import { connectQuietly } from "../profile/connection.ts";
import { commonNameIn, isGood } from "../user/people.ts";
import { ASKED_WORDS, type AskedWords } from "./command_model.ts";

/** Milliseconds, for all that is asked. */
const PATIENCE = 900;

/** A tabulator shows no more. */
const MOST = 200;

/** A word, and what a shell may show beside it. */
export interface OfferedWord {
  readonly word: string;
  readonly description: string;
}

/** The words of that kind, each with its description behind a tabulator; none for whatever reason. */
export async function askedLines(kind: string | undefined): Promise<string[]> {
  const known = ASKED_WORDS.find((one) => one === kind);
  if (known === undefined) return [];
  try {
    const { apis } = await connectQuietly(PATIENCE);
    return offered(await ASK[known](apis));
  } catch {
    // Whatever it is, the command itself will say so.
    return [];
  }
}

/**
 * Lines for a shell. Only words that no shell and no terminal takes for anything else: who may ask for a certificate
 * chooses its names, and would run programs of others by them.
 */
export function offered(words: readonly OfferedWord[]): string[] {
  return words.filter(({ word }) => /^[\p{L}\p{N}][\p{L}\p{N}.@_-]*$/u.test(word))
    .map(({ word, description }) => `${word}\t${foreignText(description)}`);
}

type Apis = Readonly<Record<"cas" | "cau", ApiClient>>;

const ASK: Readonly<Record<AskedWords, (apis: Apis) => Promise<OfferedWord[]>>> = {
  async requests({ cas, cau }) {
    const both = await Promise.all([pendingRequests(cas, "cas"), pendingRequests(cau, "cau")]);
    return both.flat().map(({ id, subject, dns }) => ({ word: `${id}`, description: subject || dns.join(", ") }));
  },
  async serials({ cas }) {
    const { certificates } = await cas.register({ limit: MOST });
    return certificates.map(({ serial, subject, dns }) => ({
      word: `${serial}`,
      description: subject || dns.join(", "),
    }));
  },
  async users({ cau }) {
    const { certificates } = await cau.register({ limit: MOST });
    return certificates.filter((entry) => isGood(entry) && entry.renewedBy === null).map(userWord);
  },
};

function userWord({ subject }: CertificateEntry): OfferedWord {
  return { word: commonNameIn(subject), description: subject };
}
