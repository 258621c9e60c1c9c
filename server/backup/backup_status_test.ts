import assert from "node:assert/strict";
import { encodeBackupHeader, RSA_RECIPIENT_CIPHER } from "../../core/backup/container.ts";
import { tempFolder } from "../../tests/support/temp_folder.ts";
import { backupStatus } from "./backup_status.ts";

const KEY_ID = "ab".repeat(20);
const NAME = "20261128010000.sql.caucased";

const NONE = { enabled: true, periodDays: 1, last: null, file: null };

const options = (directory: string) => ({ directory, periodDays: 1 });

/** Files get the real time as ctime. */
const later = () => Math.floor(Date.now() / 1000) + 60;

Deno.test("backupStatus() tells who opens the newest backup, and of one that cannot be read that there is one", async () => {
  await using folder = await tempFolder();
  assert.deepEqual(await backupStatus(options(folder.path), later()), NONE);
  const recipient = { keyId: KEY_ID, cipher: RSA_RECIPIENT_CIPHER, encryptedKey: new Uint8Array(256) } as const;
  const bytes = encodeBackupHeader({ iv: new Uint8Array(16), recipients: [recipient] });
  await Deno.writeFile(`${folder.path}/${NAME}`, bytes);
  const { file } = await backupStatus(options(folder.path), later());
  assert.deepEqual(file, { name: NAME, size: bytes.length, recipients: [KEY_ID] });
  await Deno.writeFile(`${folder.path}/${NAME}`, bytes.subarray(0, 20));
  const damaged = await backupStatus(options(folder.path), later());
  assert.deepEqual([damaged.last === null, damaged.file], [false, null]);
});

Deno.test("backupStatus() of a folder that is missing has no backup", async () => {
  assert.deepEqual(await backupStatus(options("/nonexistent/backups"), later()), NONE);
});
