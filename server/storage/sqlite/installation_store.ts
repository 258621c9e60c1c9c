/** What holders told of the certificates of one CA: the table `caucase_installation`, beside those of own_tables.ts. */
import type { Attribution } from "../../../core/ca/events.ts";
import { type InstallationNews, judgeReport } from "../../../core/ca/installations.ts";
import type { CaName, Installation, InstallationStore } from "../../../core/ca/stores.ts";
import { HOOK_OUTCOMES, type InstallationReport } from "../../../core/protocol/installation.ts";
import { fromSeconds, toSeconds, toText } from "./column_values.ts";
import type { Database } from "./database.ts";
import { oneOf } from "./own_tables.ts";
import type { Transactions } from "./transactions.ts";

/** Synchronous: within a transaction of the caller's where it writes. */
export class InstallationTable {
  constructor(private readonly database: Database, private readonly ca: CaName) {}

  find(serial: bigint): Installation | undefined {
    const sql = "SELECT reported, host_time, hook, failing_since, detail FROM caucase_installation" +
      " WHERE ca = ? AND serial = ?";
    const row = this.database.get(sql, this.ca, String(serial));
    return row && {
      reportedAt: toSeconds(row["reported"]),
      hostTime: toSeconds(row["host_time"]),
      hook: oneOf(HOOK_OUTCOMES, row["hook"]),
      failingSince: row["failing_since"] === null ? null : toSeconds(row["failing_since"]),
      detail: row["detail"] === null ? null : toText(row["detail"]),
    };
  }

  set(serial: bigint, { reportedAt, hostTime, hook, failingSince, detail }: Installation): void {
    this.database.run(
      "INSERT OR REPLACE INTO caucase_installation (ca, serial, reported, host_time, hook, failing_since, detail)" +
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
      ...[this.ca, String(serial), fromSeconds(reportedAt), fromSeconds(hostTime), hook],
      ...[failingSince === null ? null : fromSeconds(failingSince), detail],
    );
  }
}

export class SqliteInstallations implements InstallationStore {
  constructor(private readonly table: InstallationTable, private readonly transactions: Transactions) {}

  async report(report: InstallationReport, by: Attribution): Promise<void> {
    const judge = () => judgeReport(this.table.find(report.serial), report, by.now);
    // A flood of what is known, or refused, never reaches the queue of writes.
    if (await this.transactions.read(judge) === "known") return;
    await this.transactions.write(() => {
      const news = judge();
      if (news !== "known") this.#record(report.serial, news, by);
    });
  }

  find(serial: bigint): Promise<Installation | undefined> {
    return this.transactions.read(() => this.table.find(serial));
  }

  #record(serial: bigint, { installation, events }: InstallationNews, by: Attribution): void {
    this.table.set(serial, installation);
    for (const event of events) this.transactions.record(event, by);
  }
}
