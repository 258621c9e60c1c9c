/** What holders told of the certificates of one CA, in an SQLite database; the table is in register_tables.ts. */
import type { Attribution } from "../../../core/ca/events.ts";
import { type InstallationNews, judgeReport } from "../../../core/ca/installations.ts";
import type { Installation, InstallationStore } from "../../../core/ca/stores.ts";
import type { InstallationReport } from "../../../core/protocol/installation.ts";
import type { Transactions } from "./transactions.ts";

export class SqliteInstallations implements InstallationStore {
  constructor(private readonly transactions: Transactions) {}

  async report(report: InstallationReport, by: Attribution): Promise<void> {
    const judge = () => judgeReport(this.transactions.installations.find(report.serial), report, by.now);
    // A flood of what is known, or refused, never reaches the queue of writes.
    if (await this.transactions.read(judge) === "known") return;
    await this.transactions.write(() => {
      const news = judge();
      if (news !== "known") this.#record(report.serial, news, by);
    });
  }

  find(serial: bigint): Promise<Installation | undefined> {
    return this.transactions.read(() => this.transactions.installations.find(serial));
  }

  #record(serial: bigint, { installation, events }: InstallationNews, by: Attribution): void {
    this.transactions.installations.set(serial, installation);
    for (const event of events) this.transactions.record(event, by);
  }
}
