# A receiver at port 8009, which writes each body into /var/log/pages, for two minutes; and a request that will come.
new_key newcomer newcomer.pem
mv newcomer.pem.csr newcomer.csr.pem
mkdir -p "$STAGE_ROOT/var/log"
cat >receiver.ts <<'RECEIVER'
const [port, path = ""] = Deno.args;
Deno.serve({ hostname: "127.0.0.1", port: Number(port), onListen() {} }, async (request) => {
  await Deno.writeTextFile(path, await request.text() + "\n", { append: true });
  return new Response(null, { status: 204 });
});
RECEIVER
timeout 120 "$STAGE_DENO" run -A --no-config --no-lock receiver.ts "$STAGE_PORT" "$STAGE_ROOT/var/log/pages" \
  </dev/null >/dev/null 2>&1 &
