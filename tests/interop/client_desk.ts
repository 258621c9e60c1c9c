/** A folder from which a person works with one client against one server. */
import assert from "node:assert/strict";
import { type Outcome, runCommand, withUmask } from "../support/process.ts";
import type { ServerProcess } from "../support/server_process.ts";
import type { Implementation, Pairing } from "./implementation.ts";
import { type OpensslVerification, showCertificate, verify } from "./openssl.ts";

/** What a call should do. */
export interface Expected {
  /** Exit status; 0 unless given. */
  readonly status?: number;
  /** All of standard output, or a pattern for it; nothing unless given. */
  readonly out?: string | RegExp;
}

export class ClientDesk {
  constructor(readonly folder: string, readonly client: Implementation, readonly serverUrl: string) {}

  /** A desk in a new subfolder `name`. */
  static async open(name: string, pairing: Pairing, server: ServerProcess): Promise<ClientDesk> {
    const folder = `${server.folder}/${name}`;
    await Deno.mkdir(folder);
    return new ClientDesk(folder, pairing.client, server.url);
  }

  /** Runs the client with `--ca-url` and `args`, whatever comes of it. */
  run(...args: string[]): Promise<Outcome> {
    return runCommand([...this.client.client, "--ca-url", this.serverUrl, ...args], { cwd: this.folder });
  }

  /** Runs the client under a file mode mask. */
  runWithUmask(mask: string, ...args: string[]): Promise<Outcome> {
    const command = withUmask(mask, [...this.client.client, "--ca-url", this.serverUrl, ...args]);
    return runCommand(command, { cwd: this.folder });
  }

  /** Runs the client and compares; gives its standard output. */
  async expect(expected: Expected, ...args: string[]): Promise<string> {
    const { status = 0, out = "" } = expected;
    const outcome = await this.run(...args);
    const told = `${this.client.name} client, ${args.join(" ")}\nout: ${outcome.out}\nerr: ${outcome.err}`;
    assert.equal(outcome.status, status, told);
    if (typeof out === "string") assert.equal(outcome.out, out, told);
    else assert.match(outcome.out, out, told);
    this.#checkErrorOutput(outcome, told);
    return outcome.out;
  }

  /** Silent when it worked, but for the warning that a server of the reference cannot say who it is. */
  #checkErrorOutput(outcome: Outcome, told: string): void {
    if (outcome.status === 1) return assert.notEqual(outcome.err + outcome.out, "", told);
    // Whether it says more than the failed hook itself did is its own affair.
    if (outcome.status === 3) return;
    const lines = outcome.err.split("\n").filter((line) => line !== "");
    if (this.client.knowsServerAuthentication && lines.length === 1) {
      assert.match(outcome.err, /warning|verif/i, told);
    } else {
      assert.deepEqual(lines, [], told);
    }
  }

  /** Sends requests (names as of `makeRequests`) and gives their ids, in order. */
  async send(mode: "service" | "user", ...names: string[]): Promise<string[]> {
    const files = names.map((name) => `${name}.csr.pem`);
    const out = await this.expect({ out: /^(\d{1,19} \S+\n)+$/ }, "--mode", mode, "--send-csr", ...files);
    const lines = out.trimEnd().split("\n").map((line) => line.split(" "));
    assert.deepEqual(lines.map(([, file]) => file), files, "one line for each request, in order");
    return lines.map(([id = ""]) => id);
  }

  /** Sends one request and gives its id. */
  async sendOne(mode: "service" | "user", name: string): Promise<string> {
    const [id = ""] = await this.send(mode, name);
    return id;
  }

  read(file: string): Promise<string> {
    return Deno.readTextFile(`${this.folder}/${file}`);
  }

  /** Permission bits of a file. */
  async mode(file: string): Promise<number> {
    return ((await Deno.stat(`${this.folder}/${file}`)).mode ?? 0) & 0o777;
  }

  copy(from: string, to: string): Promise<void> {
    return Deno.copyFile(`${this.folder}/${from}`, `${this.folder}/${to}`);
  }

  async exists(file: string): Promise<boolean> {
    return await Deno.stat(`${this.folder}/${file}`).then(() => true, () => false);
  }

  /** Serial number of a certificate file, decimal. */
  async serial(file: string): Promise<string> {
    return (await showCertificate(this.folder, file)).serial;
  }

  /** OpenSSL's verdict on a service certificate with the CA certificates and CRLs that the client keeps here. */
  verdict(certificate: string, more: Partial<OpensslVerification> = {}): Promise<string> {
    return verify(this.folder, { certificate, ca: "cas.crt.pem", crl: "cas.crl.pem", ...more });
  }

  /** The ids that `--list-csr` names, with `userKey`. */
  async pending(userKey: string, mode: "service" | "user" = "service"): Promise<string[]> {
    const out = await this.expect({ out: /^[^]+$/ }, "--mode", mode, "--user-key", userKey, "--list-csr");
    const lines = out.trimEnd().split("\n");
    assert.equal(lines.shift(), `-- pending ${mode} CSRs --`);
    assert.match(lines.shift() ?? "", /^ {14}csr_id \| subject/);
    assert.equal(lines.pop(), `-- end of pending ${mode} CSRs --`);
    return lines.map((line) => {
      const [, id] = /^(?=.{20} \| ) *(\d+) \| .*CN=.*$/.exec(line) ?? [];
      assert.ok(id, `not a line of --list-csr: ${line}`);
      return id;
    });
  }
}
