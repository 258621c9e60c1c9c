/** What a user does at a server about ACME. */
import { type AccountDetails, type AccountEntry, readAccountDetails } from "../../core/protocol/acme_accounts.ts";
import { readAccountList } from "../../core/protocol/acme_accounts.ts";
import { type EabKeyEntry, type MadeEabKey, readEabKeyList, readMadeEabKey } from "../../core/protocol/eab_keys.ts";
import { type WantedEabKey, writeWantedEabKey } from "../../core/protocol/eab_keys.ts";
import { PAGE_LIMIT, writePageQuery } from "../../core/protocol/register_query.ts";
import type { RouteName } from "../../core/protocol/routes.ts";
import { type ApiClient, ofOurs } from "./api_client.ts";
import type { HttpResponse } from "./http_request.ts";

export class AcmeApi {
  /** @param api of any of the CAs, with a user */
  constructor(private readonly api: Pick<ApiClient, "callAsUser" | "serverUrl">) {}

  async createKey(wanted: WantedEabKey): Promise<MadeEabKey> {
    return readMadeEabKey(textOf(await this.api.callAsUser("createEabKey", { json: writeWantedEabKey(wanted) })));
  }

  /** All, in the order of their ids. @throws `not-found` where the server does not know ACME */
  async keys(): Promise<EabKeyEntry[]> {
    return await this.#all("eabKeys", (text) => {
      const { keys, next } = readEabKeyList(text);
      return { rows: keys, next };
    });
  }

  async revokeKey(id: string): Promise<void> {
    await this.api.callAsUser("revokeEabKey", { id });
  }

  /** All, in the order of their ids. @throws `not-found` where the server does not know ACME */
  async accounts(): Promise<AccountEntry[]> {
    return await this.#all("accounts", (text) => {
      const { accounts, next } = readAccountList(text);
      return { rows: accounts, next };
    });
  }

  async account(id: string): Promise<AccountDetails> {
    return readAccountDetails(textOf(await this.api.callAsUser("account", { id })));
  }

  async endAccount(id: string): Promise<void> {
    await this.api.callAsUser("endAccount", { id });
  }

  async #all<Row>(
    name: RouteName,
    read: (text: string) => { readonly rows: readonly Row[]; readonly next: string | null },
  ): Promise<Row[]> {
    const found: Row[] = [];
    for (let after: string | null = ""; after !== null;) {
      const query = writePageQuery({ after, limit: PAGE_LIMIT.most });
      const page = read(await ofOurs(() => this.api.callAsUser(name, { query }), this.api.serverUrl, "ACME accounts"));
      found.push(...page.rows);
      after = page.next;
    }
    return found;
  }
}

function textOf({ body }: HttpResponse): string {
  return new TextDecoder().decode(body);
}
