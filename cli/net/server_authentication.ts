/** Which HTTPS server is the right one: the one that a CA we trust vouches for. */
import { CaucaseError } from "../../core/errors.ts";
import { readVoucher } from "../../core/protocol/https_voucher.ts";
import type { Certificate } from "../../core/x509/certificate.ts";
import type { ApiClient } from "./api_client.ts";

export interface ServerAuthenticationOptions {
  /** CA certificates that are trusted, of the CA that `api` speaks to. */
  readonly authorities: readonly Certificate[];
  /** Refuse a server that nobody vouches for, as the reference's is. */
  readonly required: boolean;
  /** Takes one warning about such a server. */
  readonly warn: (message: string) => void;
}

export class ServerAuthentication {
  #anchors: Promise<readonly string[] | undefined> | undefined;

  constructor(
    private readonly api: Pick<ApiClient, "httpsVoucher" | "serverUrl">,
    private readonly options: ServerAuthenticationOptions,
  ) {}

  /**
   * The only trust anchors for TLS to the server, PEM; undefined when it cannot say which CA vouches for it. Asked
   * once.
   * @throws `untrusted` when the voucher is not good, or is required and missing
   */
  anchors(): Promise<readonly string[] | undefined> {
    return this.#anchors ??= this.#find();
  }

  async #find(): Promise<readonly string[] | undefined> {
    const { authorities, required, warn } = this.options;
    const voucher = await this.api.httpsVoucher();
    if (voucher !== undefined) return await readVoucher(voucher, authorities);
    const complaint = `${this.api.serverUrl} cannot say who vouches for its HTTPS certificate`;
    if (required) throw new CaucaseError("untrusted", complaint, { hint: "--require-server-authentication was given" });
    warn(`warning: ${complaint}: it is not verified`);
    return undefined;
  }
}
