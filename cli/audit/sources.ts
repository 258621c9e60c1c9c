/** Where the audit log is read: a server, or a folder that was exported. */
import { join } from "node:path";
import type { Bytes } from "../../core/bytes.ts";
import { type TileName, tilePath } from "../../core/audit/tiles.ts";
import type { AuditSource } from "../../core/audit/verification.ts";
import { CaucaseError } from "../../core/errors.ts";
import { readFileBytes } from "../../core/host/durable_file.ts";
import { connect, type Connection, requireUser } from "../profile/connection.ts";
import type { ConnectionOptions } from "../profile/settings.ts";

/** Names of the two small files, as the server has them. */
export const CHECKPOINT = "checkpoint";
export const KEY = "key";

/** The log of a server, asked as the user. @throws `usage`, `untrusted`, `unreachable` */
export async function serverSource(options: ConnectionOptions): Promise<AuditSource> {
  const server = await connect(options);
  requireUser(server);
  return auditOf(server);
}

/** The log of a server that is connected to, as its user. */
export function auditOf({ apis }: Pick<Connection, "apis">): AuditSource {
  return sourceFrom((path) => apis.cas.audit(path));
}

/** The log in a folder. */
export function folderSource(folder: string): AuditSource {
  return sourceFrom(async (path) => {
    const bytes = await readFileBytes(join(folder, path));
    if (bytes === undefined) throw new CaucaseError("file", `cannot read ${join(folder, path)}: it does not exist`);
    return bytes;
  });
}

function sourceFrom(read: (path: string) => Promise<Bytes>): AuditSource {
  const text = async (path: string) => new TextDecoder().decode(await read(path));
  return {
    verifierKey: () => text(KEY),
    checkpoint: () => text(CHECKPOINT),
    tile: (name: TileName) => read(tilePath(name)),
  };
}

/** The same, with every tile read once: a proof needs many of them again. Of entries, none is remembered. */
export function remembering(source: AuditSource): AuditSource {
  const known = new Map<string, Promise<Bytes>>();
  return {
    verifierKey: () => source.verifierKey(),
    checkpoint: () => source.checkpoint(),
    tile(name) {
      if (name.level === "entries" || name.level === 0) return source.tile(name);
      const path = tilePath(name);
      const found = known.get(path) ?? source.tile(name);
      known.set(path, found);
      return found;
    },
  };
}
