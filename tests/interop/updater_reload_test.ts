/**
 * The lines for `--on-renew` in docs/updater.md, with `openssl s_server` for a service that reads its files at its
 * start.
 */
import assert from "node:assert/strict";
import { connect } from "node:tls";
import * as files from "../fault/updater_machine.ts";
import { DAY, NOW } from "../support/issuing.ts";
import { freePortPair } from "../support/ports.ts";
import { opensslPath } from "../support/requirements.ts";
import { runServer } from "../support/running_server.ts";
import { type TempFolder, tempFolder } from "../support/temp_folder.ts";

const openssl = opensslPath();
const DOCUMENT = new URL("../../docs/updater.md", import.meta.url);
const RULES = { validityDays: 93, maxPending: 3, autoApproveCount: 10 };

for (const line of await documentedHooks()) {
  Deno.test({
    name: `updater makes a service take its new certificate by --on-renew '${line}'`,
    ignore: openssl === undefined,
    fn: () => keepsServiceCertified(line),
  });
}

async function documentedHooks(): Promise<readonly string[]> {
  const lines = [...(await Deno.readTextFile(DOCUMENT)).matchAll(/--on-renew '([^']+)'/g)].map(([, line = ""]) => line);
  assert.ok(lines.length >= 3, "the document shows hooks");
  return [...new Set(lines)];
}

async function keepsServiceCertified(onRenew: string): Promise<void> {
  await using service = await Service.install();
  await using server = await runServer({ serve: { service: RULES } });
  const { folder } = service;
  const key = `${folder.path}/key.pem`;
  const entry = { ...files.filesIn(folder.path, `http://127.0.0.1:${server.port}`), key, onRenew };
  const wakeUpAt = async (now: number) => {
    server.clock.set(now);
    await files.runWell({ folder: folder.path, entry, machine: { now }, shell: service.environment });
    const { der, serial } = (await files.pairOf(entry)).certificate;
    assert.deepEqual(await service.servedCertificate(), der);
    return serial;
  };
  const first = await wakeUpAt(NOW);
  assert.equal(await service.restarts(), 1);
  assert.equal(await wakeUpAt(NOW + 40 * DAY), first, "only the CRL is a new one");
  assert.equal(await service.restarts(), onRenew.includes("*certificate*") ? 1 : 2);
  assert.notEqual(await wakeUpAt(NOW + 63 * DAY), first);
  assert.equal(await service.restarts(), onRenew.includes("*certificate*") ? 2 : 3);
}

/** Stands in for `nginx` and `systemctl`: one service, which they start anew. */
class Service implements AsyncDisposable {
  /** For a shell: lets it find the stand-ins. */
  readonly environment: string;

  private constructor(readonly folder: TempFolder, private readonly port: number) {
    this.environment = `PATH="${folder.path}/bin:$PATH"; export PATH; exec "$@"`;
  }

  static async install(): Promise<Service> {
    const service = new Service(await tempFolder(), freePortPair());
    await Deno.mkdir(`${service.folder.path}/bin`);
    for (const name of ["nginx", "systemctl"]) {
      await Deno.writeTextFile(`${service.folder.path}/bin/${name}`, service.#script(), { mode: 0o755 });
    }
    return service;
  }

  #script(): string {
    const answers = `"${openssl}" s_client -connect 127.0.0.1:${this.port} < /dev/null > /dev/null 2>&1`;
    return `#!/bin/sh
      set -e
      case "$*" in "-s reload" | "try-reload-or-restart nginx" | "reload nginx" | "restart vpn") ;; *) exit 64 ;; esac
      cd "${this.folder.path}"
      if test -e pid; then kill "$(cat pid)"; while ${answers}; do sleep 0.05; done; fi
      "${openssl}" s_server -accept 127.0.0.1:${this.port} -cert crt.pem -key key.pem -www < /dev/null > log 2>&1 &
      echo $! > pid
      echo "$*" >> restarts
      until ${answers}; do sleep 0.05; done
    `;
  }

  async restarts(): Promise<number> {
    return (await files.textOf(`${this.folder.path}/restarts`)).split("\n").length - 1;
  }

  /** DER. */
  servedCertificate(): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: "127.0.0.1", port: this.port, rejectUnauthorized: false }, () => {
        resolve(new Uint8Array(socket.getPeerCertificate().raw));
        socket.destroy();
      });
      socket.on("error", reject);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const pid = Number(await files.textOf(`${this.folder.path}/pid`));
    if (pid > 0) Deno.kill(pid, "SIGKILL");
    await this.folder[Symbol.asyncDispose]();
  }
}
