import assert from "node:assert/strict";
import { freePortPair } from "../../tests/support/ports.ts";
import { newEcKey } from "../../tests/support/issuing.ts";
import { isRefusal } from "../../tests/support/refusals.ts";
import { csrFor } from "../../tests/support/requests.ts";
import { ApiClient } from "../net/api_client.ts";
import { oneRequest } from "./asking.ts";

Deno.test("oneRequest() believes nobody who answers over HTTP alone", async () => {
  const port = freePortPair();
  const forged = await csrFor(await newEcKey(), "harmless");
  await using _server = Deno.serve(
    { hostname: "127.0.0.1", port, onListen: () => {} },
    () => new Response(forged),
  );
  const api = new ApiClient(`http://127.0.0.1:${port}`, "cas");
  assert.match(await api.request("7") ?? "", /BEGIN/);
  await assert.rejects(oneRequest(api, "cas", "7"), isRefusal("unreachable"));
});
