/** What to list of the register: the query of `GET certificates?…`, and of `GET events?…`. */
import * as v from "valibot";
import { malformed } from "../errors.ts";
import { STATUS_FILTERS, type StatusFilter } from "./certificate_status.ts";
import { timeFromText, timeToText } from "../utc_time.ts";

export interface RegisterQuery {
  readonly status?: StatusFilter;
  /** Those that end before this time, Unix seconds. */
  readonly expiresBefore?: number;
  /** A part of the subject or of any name in subjectAltName, in any case. */
  readonly name?: string;
  /** Key identifier of the CA that signed them, lower-case hex. */
  readonly issuer?: string;
  /** The `next` of the page before. */
  readonly after?: string;
  /** How many at most. */
  readonly limit: number;
}

export interface EventQuery {
  /** Those after the event with this id. */
  readonly after: bigint;
  readonly limit: number;
}

/** A page of a list that is in the order of its ids. */
export interface PageQuery {
  /** Those after the one with this id; empty for the first. */
  readonly after: string;
  readonly limit: number;
}

/** How many a page has unless the query says so, and at most. */
export const PAGE_LIMIT = { usual: 100, most: 1000 } as const;

/** No name in a certificate is longer; what is longer finds nothing and must cost nothing. */
const LONGEST_NAME = 1000;

const limit = v.pipe(
  v.string(),
  v.regex(/^\d{1,4}$/),
  v.transform(Number),
  v.minValue(1),
  v.maxValue(PAGE_LIMIT.most),
);

const QueryShape = v.strictObject({
  "status": v.optional(v.picklist(STATUS_FILTERS)),
  "expires-before": v.optional(v.pipe(
    v.string(),
    v.check((text) => timeFromText(text) !== undefined),
    v.transform((text) => timeFromText(text) ?? 0),
  )),
  "name": v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(LONGEST_NAME))),
  "issuer": v.optional(v.pipe(v.string(), v.regex(/^[0-9a-f]{1,64}$/))),
  "after": v.optional(v.pipe(v.string(), v.regex(/^[0-9a-z.]{1,60}$/))),
  "limit": v.optional(limit, `${PAGE_LIMIT.usual}`),
});

const EventQueryShape = v.strictObject({
  after: v.optional(v.pipe(v.string(), v.regex(/^\d{1,18}$/), v.transform((digits) => BigInt(digits))), "0"),
  limit: v.optional(limit, `${PAGE_LIMIT.usual}`),
});

const PageQueryShape = v.strictObject({
  after: v.optional(v.pipe(v.string(), v.regex(/^[\w-]{1,60}$/))),
  limit: v.optional(limit, `${PAGE_LIMIT.usual}`),
});

/** The query as it stands behind the path, with its question mark; empty where all is as usual. */
export function writeRegisterQuery({ expiresBefore, limit, ...texts }: Partial<RegisterQuery>): string {
  return queryText({
    ...texts,
    "expires-before": expiresBefore === undefined ? undefined : timeToText(expiresBefore),
    "limit": limit === undefined ? undefined : `${limit}`,
  });
}

/**
 * @param search what stands behind the question mark
 * @throws `malformed` for a parameter that is unknown, is there twice, or has a value that it cannot have
 */
export function readRegisterQuery(search: string): RegisterQuery {
  const { status, name, issuer, after, limit, "expires-before": expiresBefore } = readQuery(QueryShape, search);
  return {
    ...(status !== undefined && { status }),
    ...(expiresBefore !== undefined && { expiresBefore }),
    ...(name !== undefined && { name }),
    ...(issuer !== undefined && { issuer }),
    ...(after !== undefined && { after }),
    limit,
  };
}

export function writeEventQuery({ after, limit }: Partial<EventQuery>): string {
  return queryText({
    after: after === undefined ? undefined : `${after}`,
    limit: limit === undefined ? undefined : `${limit}`,
  });
}

/** @throws `malformed` as `readRegisterQuery` */
export function readEventQuery(search: string): EventQuery {
  return readQuery(EventQueryShape, search);
}

export function writePageQuery({ after, limit }: Partial<PageQuery>): string {
  return queryText({
    after: after === "" ? undefined : after,
    limit: limit === undefined ? undefined : `${limit}`,
  });
}

/** @throws `malformed` as `readRegisterQuery` */
export function readPageQuery(search: string): PageQuery {
  const { after = "", limit } = readQuery(PageQueryShape, search);
  return { after, limit };
}

function queryText(parameters: Readonly<Record<string, string | undefined>>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) search.set(name, value);
  return search.size === 0 ? "" : `?${search}`;
}

function readQuery<T>(shape: v.GenericSchema<unknown, T>, search: string): T {
  const parameters = [...new URLSearchParams(search)];
  const given = Object.fromEntries(parameters);
  if (Object.keys(given).length < parameters.length) throw malformed("a parameter of the query is there twice");
  const read = v.safeParse(shape, given);
  if (read.success) return read.output;
  const [issue] = read.issues;
  const name = issue.path?.[0].key;
  throw malformed(`the query has ${name === undefined ? "parameters" : JSON.stringify(name)} that cannot be`);
}
