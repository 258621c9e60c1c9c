/** The store's contract, over every store there is. */
import { createMemoryStores } from "../../core/ca/memory_stores.ts";
import { openSqliteStorage } from "../../server/storage/sqlite/sqlite_storage.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { storeContract } from "./store_contract.ts";
import { quietLog } from "../support/recorded_log.ts";

storeContract("SQLite", async () => {
  const folder = await tempFolder();
  const storage = await openSqliteStorage({ path: `${folder.path}/ca.sqlite`, lock: true, log: quietLog });
  return {
    storage,
    async [Symbol.asyncDispose]() {
      await storage.close();
      await folder[Symbol.asyncDispose]();
    },
  };
});

storeContract("memory", () => {
  const storage = createMemoryStores();
  return Promise.resolve({ storage, [Symbol.asyncDispose]: () => storage.close() });
});
