/** Which documents there are, and what each of them takes for granted. */
import { HAPROXY, NGINX, NGINX_STREAM, OPENVPN, POSTGRESQL, type Server } from "./servers.ts";
import { PROJECT, type StageOptions } from "./stage.ts";

/** What a document needs beside what every machine has. */
export interface Setting extends StageOptions {
  /** What has to be installed. */
  readonly needs?: readonly Server[];
}

const SETTINGS: Readonly<Record<string, Setting>> = {
  "README.md": { clone: true, installed: false },
  "CONTRIBUTING.md": { clone: true },
  "docs/install.md": { clone: true, installed: false },
  "docs/first-hour.md": { clone: true },
  "docs/examples/nginx.md": { needs: [NGINX] },
  "docs/examples/openvpn.md": { needs: [OPENVPN] },
  "docs/examples/postgresql.md": { clone: true, needs: [POSTGRESQL] },
  "docs/proxy.md": { needs: [NGINX, NGINX_STREAM, HAPROXY] },
  "packaging/README.md": { clone: true, folder: "packaging", installed: false },
};

export function settingOf(document: string): Setting {
  return SETTINGS[document] ?? {};
}

/** Paths of all documents that are played, from the project's folder. */
export function playedDocuments(): string[] {
  const documents = ["README.md", "CONTRIBUTING.md", "packaging/README.md", ...markdownIn("docs")];
  return documents.filter(isThere);
}

/** The text of a document. */
export function readDocument(path: string): Promise<string> {
  return Deno.readTextFile(`${PROJECT}${path}`);
}

function markdownIn(folder: string): string[] {
  return [...Deno.readDirSync(`${PROJECT}${folder}`)].flatMap(({ name, isDirectory }) => {
    const path = `${folder}/${name}`;
    if (isDirectory) return markdownIn(path);
    return name.endsWith(".md") ? [path] : [];
  }).toSorted();
}

function isThere(path: string): boolean {
  try {
    return Deno.statSync(`${PROJECT}${path}`).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
