/**
 * What an operator is told, as events: each has a name and fields that stay the same, and a sentence for a person. This
 * says which there are; `core/host/log.ts` writes them.
 */
import { describeError } from "./errors.ts";

export const LOG_LEVELS = ["debug", "info", "warning", "error"] as const;
export type LogLevel = typeof LOG_LEVELS[number];

export const LOG_FORMATS = ["text", "json"] as const;
export type LogFormat = typeof LOG_FORMATS[number];

/** What may go into a log: nothing that could hold a key without being seen to. */
export type LogValue = string | number | bigint | boolean | null | undefined | Error | readonly string[];

const OLD_STOPS = "this server goes on, but caucased 0.9.17 would stop on this database";
const AT_LIMIT = "which is the limit: idle ones are closed, or new ones refused";

/**
 * Every event with its sentence; `{name}` in it is a field. Error: something that was asked for was not done. Warning:
 * look at it. Names and fields are an interface: programs of others read them. docs/operating.md lists them.
 */
export const LOG_EVENTS = {
  debug: {
    "job.done": "{job} is done, next look at {due}",
  },
  info: {
    "server.listening": "Listening on [{address}]:{httpPort}-{httpsPort}",
    "ops.listening": "Health and metrics at [{address}]:{port}",
    "server.restored": "restored from a backup: CRL numbers jumped ahead of all that were used",
    "signer.chosen": "keys are made and used by {signer}: {library}",
    "ca.made": "made a new CA certificate for {ca}, valid until {notAfter}",
    "crl.renewed": "renewed the CRL of {ca}, its number is {number}",
    "https.made": "made a new key and certificate for HTTPS, valid until {notAfter}",
    "notify.works_again": "{receiver} takes notifications again",
    "backup.none": "there is no backup in {folder} yet",
    "backup.newest": "newest backup: {path}, made {age} ago, {size}, opened by {keyIds}",
    "backup.made": "made the backup {path}: {size} in {seconds} s, opened by {keyIds}",
    "access_log.opened": "the access log goes into {output}",
    "register.found": "{count} certificates that another program issued are in the register now",
    "updater.news": "{name}: {news}",
  },
  warning: {
    "acme.not_validated": "a challenge of the authorization {authorization} is not decided yet: {error}",
    "job.failed": "{job} failed, next try in {retryAfter} s: {error}",
    "ops.exposed": "health and metrics at [{address}]:{port} are open to whoever reaches that address",
    "signer.native_unavailable": "WebCrypto makes and uses the keys, as {path} cannot be used: {error}",
    "signer.key_refused": "WebCrypto signs with the key {keyId}, which libcrypto does not take: {error}",
    "signer.curve_refused": "WebCrypto does what is done with keys on {curve}, as libcrypto fails at it: {error}",
    "ca.not_made": "making a new CA certificate for {ca} failed and will be tried again: {error}",
    "ca.no_authority_key_identifier": `CA certificate {index} of {ca} has no authorityKeyIdentifier: ${OLD_STOPS}`,
    "crl.not_renewed": "the scheduled renewal of the CRL of {ca} failed and will be tried again: {error}",
    "https.not_renewed": "no new certificate for HTTPS yet: {error}",
    "https.unusable": "{error}: making a new key and certificate for HTTPS",
    "https.put_aside": "{error}; put aside as {aside}: making a new key and certificate for HTTPS",
    "https.key_was_readable": "others could read the private key in {path}: remove it to get a new one",
    "https.key_is_readable": "others can read the private key in {path}: {error}",
    "cors.not_renewed": "no new key for consents yet: {error}",
    "cors.put_aside": "{path}: {error}; put aside as {aside}, every site needs consent again",
    "connections.limit": `{count} connections are open, ${AT_LIMIT}`,
    "connections.address_limit": `{address} has {count} connections, ${AT_LIMIT}`,
    "backup.unreadable": "newest backup: {path}, made {age} ago; {error}",
    "backup.users_left_out": "users whose keys are not RSA, or too short, cannot open this backup: {keyIds}",
    "backup.objects_left_out": "this backup leaves out what other programs put into the database: {objects}",
    "restore.names_replaced": "the names of the old certificate cannot be used, those of the request are: {error}",
    "restore.ca_made": "all CA certificates for users in the backup have expired: a new one was made",
    "storage.readable": "other users may open {path}, which holds private keys: chmod 600 it",
    "storage.no_write_ahead_log": "no write-ahead log for {path} on its file system: commits take longer",
    "storage.not_closed": "copy {path} together with its -wal file: {error}",
    "storage.crl_unreadable": "the newest CRL in {table} cannot be read, a new one will be made: {error}",
    "storage.later_failed": "what may be forgotten early is kept for its full time: {error}",
    "storage.no_serial": "the row of {table} with serial {serial} is left out of CRLs: no serial number",
    "audit.not_witnessed": "the last checkpoint of the audit log did not reach {witness}: {error}",
    "audit.not_finished": "the audit log takes in what happened last at the next start: {error}",
    "access_log.not_opened": "the access log waits: {error}",
    "access_log.not_reopened": "the access log goes on in the file as it was opened before: {error}",
    "access_log.failing": "Lines of the access log are dropped, {output} cannot be written: {error}",
    "access_log.ended": "The access log ends here, {output} cannot be written: {error}",
    "access_log.dropped": "{lines} lines of the access log were dropped while {output} took none",
    "notify.failed": "{receiver} did not take a notification, next try in {retryAfter} s: {error}",
    "notify.given_up": "{count} notifications for {receiver} were given up after a day, {total} ever",
    "notify.queue_full": "{count} notifications were given up, as too many wait already",
    "updater.noticed": "{name}: {news}",
    "updater.refused": "{name}: {error}",
    "updater.not_printed": "cannot write to standard output: {error}",
  },
  error: {
    "server.failed": "{error}",
    "request.failed": "{method} {target}: {error}",
    "listener.failed": "A listener failed: {error}",
    "updater.waiting": "{error}",
    "updater.failed": "{name}: {error}",
  },
} as const satisfies Record<LogLevel, Readonly<Record<string, string>>>;

type Events = typeof LOG_EVENTS;

/** The names of fields in a sentence. */
type FieldName<Sentence> = Sentence extends `${string}{${infer Name}}${infer Rest}` ? Name | FieldName<Rest> : never;

/** `error` is whatever was thrown. */
type Fields<Sentence> = { readonly [Name in FieldName<Sentence>]: Name extends "error" ? unknown : LogValue };

/** `stack` says where, for an error that does not say it by itself: a refusal that should not have happened. */
interface Where {
  readonly stack?: string;
}

type Said<Sentence> = [FieldName<Sentence>] extends [never] ? [] : [fields: Fields<Sentence> & Where];

export type LogMethod<Level extends LogLevel> = <Name extends keyof Events[Level]>(
  event: Name,
  ...fields: Said<Events[Level][Name]>
) => void;

/** Takes events. A bug, given as `error`, is written with its stack. Never throws. */
export type Log = { readonly [Level in LogLevel]: LogMethod<Level> };

/** An event that happened. */
export interface LogRecord {
  readonly level: LogLevel;
  readonly event: string;
  /** As in {@linkcode LOG_EVENTS}, with names of fields. */
  readonly sentence: string;
  readonly fields: Readonly<Record<string, LogValue>>;
}

/** A log that hands each event to `take`. */
export function createLog(take: (record: LogRecord) => void): Log {
  const method = <Level extends LogLevel>(level: Level): LogMethod<Level> => {
    const sentences: Readonly<Record<string, string>> = LOG_EVENTS[level];
    return (event, ...[fields = {}]) =>
      take({ level, event: String(event), sentence: sentences[String(event)] ?? "", fields: loggable(fields) });
  };
  return { debug: method("debug"), info: method("info"), warning: method("warning"), error: method("error") };
}

/** What was thrown need not be an error. */
function loggable(fields: object): LogRecord["fields"] {
  const { error, ...rest }: { readonly error?: unknown } = fields;
  return error === undefined ? { ...rest } : { ...rest, error: error instanceof Error ? error : String(error) };
}

/** The sentence of a record with its values, for people; not yet safe for a terminal. */
export function sentenceOf({ sentence, fields }: LogRecord): string {
  return sentence.replace(/\{(\w+)\}/g, (_, name: string) => valueText(fields[name]));
}

/** How many values of an array a sentence names. */
const MOST_VALUES = 20;

/** A field's value within a sentence. */
export function valueText(value: unknown): string {
  if (value instanceof Error) return describeError(value);
  if (!Array.isArray(value)) return String(value);
  const shown = value.slice(0, MOST_VALUES).map(valueText).join(", ");
  return value.length > MOST_VALUES ? `${shown} and ${value.length - MOST_VALUES} more` : shown;
}

/** A time in Unix seconds as fields have it: 2026-11-23T08:29:52Z. */
export function timeText(time: number): string {
  return new Date(time * 1000).toISOString().replace(/\.\d+Z$/, "Z");
}
