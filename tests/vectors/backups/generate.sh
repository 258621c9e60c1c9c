#!/usr/bin/env bash
# Makes the backup in this folder with the reference implementation. Run by hand.
#
# usage: generate.sh VERSION FOLDER
#   VERSION  names the files: 0.9.17
#   FOLDER   of that version's commands (caucased, caucase), for instance of a virtual environment with
#              pip install caucase==0.9.17
#
# All keys in them were made for this and protect nothing: they are TEST VECTORS, to be used for nothing else.
set -euo pipefail

version=$1
commands=$2
here=$(cd "$(dirname "$0")" && pwd)
port=28660
url=http://localhost:$port
work=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"

serve() {
  "$commands/caucased" --netloc localhost:$port --bind 127.0.0.1 "$@" >server.log 2>&1 &
  server=$!
  for _ in $(seq 100); do
    curl -sf "$url/cas/crt/ca.crt.pem" >/dev/null && break
    sleep 0.2
  done
}
client() { "$commands/caucase" --ca-url "$url" --mode user "$@"; }

# Two users, then a start at which a backup is due.
serve
for name in first second; do
  openssl req -new -newkey rsa:2048 -nodes -subj "/CN=TEST VECTOR $name" -keyout "$name.key" -out "$name.csr" 2>/dev/null
  id=$(client --send-csr "$name.csr" | cut -d ' ' -f 1)
  [ "$name" = first ] || client --user-key first.key --sign-csr "$id"
  client --get-crt "$id" "$name.key" >/dev/null
done
kill "$server"
wait "$server" 2>/dev/null || true
mkdir backups
serve --backup-directory backups
for _ in $(seq 100); do
  compgen -G 'backups/*.sql.caucased' >/dev/null && break
  sleep 0.2
done

cp backups/*.sql.caucased "$here/reference-$version.sql.caucased"
"$commands/caucase-key-id" --backup backups/*.sql.caucased | sed -n "s/^  b'\(.*\)'$/\1/p" >"$here/reference-$version.key_ids"
for name in first second; do cp "$name.key" "$here/reference-$version.$name.pem"; done
