/** Answers `crt/https.json`: signed once for as long as the CA certificates in it are the same. */
import type { Issuer } from "../../core/ca/issuer.ts";
import type { Issuers } from "../../core/ca/issuers.ts";
import type { CertificateAuthority } from "../../core/ca/certificate_authority.ts";
import type { CaName } from "../../core/ca/stores.ts";
import { vouchForHttps } from "../../core/protocol/https_voucher.ts";

interface SignedVoucher {
  readonly voucher: Issuer;
  readonly httpsCas: string;
  readonly json: string;
}

export class HttpsVouching {
  readonly #signed = new Map<CaName, SignedVoucher>();

  /** @param httpCa the private CA of the HTTPS listener */
  constructor(private readonly httpCa: Issuers) {}

  /**
   * The message in which the oldest valid CA certificate of `ca` vouches for all valid ones of the HTTP CA, as JSON.
   */
  async json(ca: CertificateAuthority, now: number): Promise<string> {
    const [voucher] = await ca.issuers.ensureValid(now);
    if (voucher === undefined) throw new Error(`${ca.name} has no CA certificate to vouch with`);
    const pems = (await this.httpCa.ensureValid(now)).map(({ certificatePem }) => certificatePem);
    const httpsCas = pems.join("");
    const known = this.#signed.get(ca.name);
    if (known?.voucher === voucher && known.httpsCas === httpsCas) return known.json;
    const json = await vouchForHttps(voucher, pems);
    this.#signed.set(ca.name, { voucher, httpsCas, json });
    return json;
  }
}
