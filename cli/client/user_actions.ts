/** What only users may ask of a server: deciding about requests, revoking for others. */
import { CaucaseError } from "../../core/errors.ts";
import { utf8 } from "../../core/bytes.ts";
import { readKeyFile } from "../../core/host/key_file.ts";
import { escapeControlsAsJson } from "../../core/host/log_format.ts";
import { nameToText } from "../../core/x509/name.ts";
import { csrFromPem } from "../../core/x509/csr.ts";
import { printLine } from "../terminal.ts";
import { decimalId, type IdAndPath, requireCsrFile } from "./holder_actions.ts";
import type { ClientSession } from "./session.ts";

/** Width of the ids in a listing. */
const ID_WIDTH = 20;

/** `--sign-csr ID…` */
export async function signCsr({ api, outcome }: ClientSession, ids: readonly string[]): Promise<void> {
  await outcome.forEach(ids, { name: (id) => id, action: (id) => api.sign(decimalId(id)) });
}

/** `--sign-csr-with ID CSR` */
export async function signCsrWith({ api, outcome }: ClientSession, wanted: readonly IdAndPath[]): Promise<void> {
  await outcome.forEach(wanted, {
    name: ({ id, path }) => `${id} with ${path}`,
    action: async ({ id, path }) => await api.sign(decimalId(id), await requireCsrFile(path)),
  });
}

/** `--reject-csr ID…` */
export async function rejectCsr({ api, outcome }: ClientSession, ids: readonly string[]): Promise<void> {
  await outcome.forEach(ids, { name: (id) => id, action: (id) => api.reject(decimalId(id)) });
}

/** `--revoke-other-crt CRT…` */
export async function revokeOtherCrt({ api, outcome }: ClientSession, paths: readonly string[]): Promise<void> {
  await outcome.forEach(paths, {
    name: (path) => path,
    async action(path) {
      const { certificatePem } = await readKeyFile(path);
      if (certificatePem === undefined) throw new CaucaseError("file", `cannot use ${path}: it holds no certificate`);
      await api.revoke({ payload: JSON.stringify({ revoke_crt_pem: certificatePem }), digest: null });
    },
  });
}

/** `--revoke-serial SERIAL…`, decimal. */
export async function revokeSerial({ api, outcome }: ClientSession, serials: readonly bigint[]): Promise<void> {
  await outcome.forEach(serials, {
    name: (serial) => `serial ${serial}`,
    // Not JSON.stringify(): the number may be larger than a double holds exactly.
    action: (serial) => api.revoke({ payload: `{"revoke_serial": ${serial}}`, digest: null }),
  });
}

/** `--list-csr` */
export async function listCsr({ api, mode }: ClientSession): Promise<void> {
  const pending = await api.pending();
  printLine(`-- pending ${mode} CSRs --`);
  printLine(`${"csr_id".padStart(ID_WIDTH)} | subject (a preview: fetch the CSR and check all of it)`);
  for (const { id, csrPem } of pending) printLine(`${id.padStart(ID_WIDTH)} | ${await subjectOf(csrPem)}`);
  printLine(`-- end of pending ${mode} CSRs --`);
}

/** One request that cannot be read must not hide the others. */
async function subjectOf(csrPem: string): Promise<string> {
  try {
    return nameToText((await csrFromPem(utf8(csrPem))).subject);
  } catch (error) {
    if (!(error instanceof CaucaseError)) throw error;
    return `(cannot be read: ${escapeControlsAsJson(error.message)})`;
  }
}
