/** Which documents there are, and what each of them takes for granted. */
import {
  CURL,
  HAPROXY,
  NGINX,
  NGINX_STREAM,
  OPENSSL,
  OPENVPN,
  type OtherProgram,
  POSTGRESQL,
  PYTHON3,
  SQLITE3,
} from "./other_programs.ts";
import { PROJECT } from "./places.ts";
import type { StageOptions } from "./stage.ts";

/** What a document needs beside what every machine has. */
export interface Setting extends StageOptions {
  /** What has to be installed. */
  readonly needs?: readonly OtherProgram[];
}

const SETTINGS: Readonly<Record<string, Setting>> = {
  "README.md": { clone: true, installed: false },
  "CONTRIBUTING.md": { clone: true },
  "docs/install.md": { clone: true, installed: false },
  "docs/first-hour.md": { clone: true },
  "docs/examples/nginx.md": { needs: [NGINX, CURL] },
  "docs/examples/openvpn.md": { needs: [OPENVPN] },
  "docs/examples/postgresql.md": { clone: true, needs: [POSTGRESQL] },
  "docs/proxy.md": { needs: [NGINX, NGINX_STREAM, HAPROXY, CURL] },
  "docs/operating.md": { needs: [SQLITE3] },
  "docs/recovery.md": { needs: [SQLITE3, CURL, PYTHON3] },
  "packaging/README.md": { clone: true, folder: "packaging", installed: false },
};

export function settingOf(document: string): Setting {
  const { needs = [], ...setting } = SETTINGS[document] ?? {};
  return { ...setting, needs: [OPENSSL, ...needs] };
}

/** Paths of all documents that are played, from the project's folder. */
export function playedDocuments(): string[] {
  return ["README.md", "CONTRIBUTING.md", "packaging/README.md", ...markdownIn("docs")];
}

/** Paths of all documents, from the project's folder. */
export function markdownFiles(): string[] {
  return ["", "docs", "packaging", "tests"].flatMap(markdownIn);
}

/** The text of a document. */
export function readDocument(path: string): Promise<string> {
  return Deno.readTextFile(`${PROJECT}${path}`);
}

/** Of the project's folder itself, only the files in it. */
function markdownIn(folder: string): string[] {
  return [...Deno.readDirSync(`${PROJECT}${folder}`)].flatMap(({ name, isDirectory }) => {
    const path = folder === "" ? name : `${folder}/${name}`;
    if (isDirectory) return folder === "" ? [] : markdownIn(path);
    return name.endsWith(".md") ? [path] : [];
  }).toSorted();
}
