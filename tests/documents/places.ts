/**
 * From the machines of a document to one folder: names, ports and paths, as tests/documents/README.md lists them. It
 * computes.
 */

import { fileURLToPath } from "node:url";

/** The project's folder, with a slash at its end. */
export const PROJECT = fileURLToPath(new URL("../../", import.meta.url));

/** Ports of 127.0.0.1 and a folder that stand for what documents name. */
export interface Places {
  /** Stands for `/`: what documents put into `/etc`, `/var`, `/usr/local`, `/srv`, `/opt` and `/Library` is there. */
  readonly root: string;
  /** For 80 of `ca.example.org`; the next one for 443. */
  readonly publicPort: number;
  /** For 8009; the next one for 8010. */
  readonly port: number;
  /** For 443 of the host that gets a certificate. */
  readonly webPort: number;
  /** For 9119. */
  readonly opsPort: number;
}

/** What begins a path of the system, and not the middle of another one or of a URL. */
const SYSTEM_PATH = /(?<![\w.~/}-])\/(?=(?:etc|var|usr\/local|srv|opt|Library)(?:\/|\b))/g;

/** What a document writes, as it is true here. */
export function placed(text: string, places: Places): string {
  const { root, publicPort, port, webPort, opsPort } = places;
  return text
    .replaceAll(/\blisten 443 ssl\b/g, `listen 127.0.0.1:${webPort} ssl`)
    .replaceAll(/\b(listen |bind \*?)(:?)80(?![\d.])/g, `$1127.0.0.1:${publicPort}`)
    .replaceAll(/\b(listen |bind \*?)(:?)443(?![\d.])/g, `$1127.0.0.1:${publicPort + 1}`)
    .replaceAll(/\bpki\.example\.org\b/g, `127.0.0.1:${publicPort}`)
    .replaceAll(/\bca\.example\.org(?=;| +127\.)/g, "localhost")
    .replaceAll(/\bhttps:\/\/ca\.example\.org(?!:)/g, `https://localhost:${publicPort + 1}`)
    .replaceAll(/\bca\.example\.org:443\b/g, `localhost:${publicPort + 1}`)
    .replaceAll(/\bca\.example\.org(?=:\d)/g, "localhost")
    .replaceAll(/\bca\.example\.org\b/g, `localhost:${publicPort}`)
    .replaceAll(/--bind ::(?!\S)/g, "--bind 127.0.0.1")
    .replaceAll(/\b8009\b/g, `${port}`)
    .replaceAll(/\b8010\b/g, `${port + 1}`)
    .replaceAll(/\b9119\b/g, `${opsPort}`)
    .replaceAll(SYSTEM_PATH, `${root}/`);
}
