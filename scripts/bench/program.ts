/** A server that is measured: how it is set up and asked. */
import type { CaKind } from "./ca_material.ts";
import type { BenchHolder, BenchRequest } from "./holders.ts";
import type { ClientTls } from "./http_client.ts";
import type { ProgramName } from "./program_name.ts";
import type { Requests } from "./requests.ts";

export interface Program {
  readonly name: ProgramName;
  readonly caKind: CaKind;
  /** Of all requests. */
  readonly port: number;
  /** The whole command line; its working folder is the one with the server's files. */
  readonly command: readonly string[];
  /** What clients trust, where they have to speak TLS. */
  readonly tls?: ClientTls;
  /** Where anybody reads the CA certificate. */
  readonly caCertificate: string;
  /** Whether it speaks our protocol and keeps what it knows in our kind of database. */
  readonly isCaucase: boolean;
  /** Puts into an empty folder what must be there before the first start. */
  setUp(folder: string): Promise<void>;
  /** A certificate from a server that runs, PEM. */
  obtain(request: BenchRequest): Promise<string>;
  /** Made while the server runs, which may ask for proof that is younger than itself. */
  issue(requests: readonly BenchRequest[]): Promise<Requests>;
  /** One renewal for each of `requests`; a protocol in which keys are kept ignores what they say. */
  renew(holders: readonly BenchHolder[], requests: readonly BenchRequest[]): Promise<Requests>;
}
