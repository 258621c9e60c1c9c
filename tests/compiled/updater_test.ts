/** The compiled updater against a server that runs from source. */
import assert from "node:assert/strict";
import { RunningProcess } from "../support/process.ts";
import { startServer } from "../support/server_process.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { compiledTest } from "./program.ts";

compiledTest(
  "the executable's updater gets a certificate, runs the hook, and ends when it is told to",
  async (program) => {
    await using folder = await tempFolder();
    const cwd = folder.path;
    await using server = await startServer({ folder: cwd, options: ["--service-auto-approve-count", "1"] });
    const stores = ["--cas-ca", "cas.pem", "--ca", "ca.pem", "--crl", "crl.pem"];
    const holder = ["--crt", "host.pem", "--subject", "CN=host", "--dns", "host.example.com"];
    const hook = ["--on-renew", 'echo "the hook ran: $CAUCASE_REASONS"'];
    const command = [program, "updater", "--ca-url", server.url, ...stores, ...holder, ...hook];
    await using updater = new RunningProcess(command, { cwd });
    await updater.waitFor("the hook ran: ");
    const { status, err } = await updater.stop("SIGTERM");
    assert.equal(status, 0, err);
    const labels = [...(await Deno.readTextFile(`${cwd}/host.pem`)).matchAll(/-BEGIN ([A-Z ]+)-/g)].map(([, label]) =>
      label
    );
    assert.deepEqual(labels.toSorted(), ["CERTIFICATE", "RSA PRIVATE KEY"]);
    assert.equal(await Deno.readTextFile(`${cwd}/cas.pem`), await Deno.readTextFile(`${cwd}/ca.pem`));
  },
);
