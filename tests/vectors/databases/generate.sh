#!/usr/bin/env bash
# Makes the databases in this folder with the reference implementation, and notes beside each what its server answered. Run by hand.
#
# usage: generate.sh VERSION FOLDER
#   VERSION  names the files: 0.9.17, 0.9.8
#   FOLDER   of that version's commands (caucased, caucase), for instance of a virtual environment with
#              pip install caucase==0.9.17
#            or, for the last version that kept its CRLs in tables,
#              pip install 'setuptools<58' wheel; pip install --no-build-isolation caucase==0.9.8 'cryptography<3.5' 'pyOpenSSL<21'
#
# All keys in them were made for this and protect nothing: they are TEST VECTORS, to be used for nothing else.
set -euo pipefail

version=$1
commands=$2
here=$(cd "$(dirname "$0")" && pwd)
port=28640
url=http://localhost:$port
work=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"

"$commands/caucased" --netloc localhost:$port --bind 127.0.0.1 --lock-auto-approve-count >server.log 2>&1 &
server=$!
for _ in $(seq 100); do
  curl -sf "$url/cas/crt/ca.crt.pem" >ca.pem && break
  sleep 0.2
done

client() { "$commands/caucase" --ca-url "$url" "$@"; }
request() { openssl req -new -newkey rsa:2048 -nodes -subj "/CN=TEST VECTOR $1" -keyout "$1.key" -out "$1.csr" 2>/dev/null; }
send() { client --mode "$1" --send-csr "$2.csr" | cut -d ' ' -f 1; }

for name in user pending signed revoked; do request "$name"; done
user=$(send user user)
client --mode user --get-crt "$user" user.key >/dev/null
signed=$(send service signed)
revoked=$(send service revoked)
client --user-key user.key --sign-csr "$signed" "$revoked" >/dev/null
for name in signed revoked; do client --get-crt "${!name}" "$name.key" >/dev/null; done
client --revoke-crt revoked.key revoked.key >/dev/null
pending=$(send service pending)
curl -sf "$url/cas/crl" >crl.pem
kill "$server"
wait "$server" 2>/dev/null || true

number=$(openssl crl -in crl.pem -noout -text | sed -n '/CRL Number/{n;s/ //g;p}')
this_update=$(date -d "$(openssl crl -in crl.pem -noout -lastupdate | cut -d = -f 2)" +%s)
serial=$(python3 -c 'import sys; print(int(sys.argv[1], 16))' "$(openssl x509 -in revoked.key -noout -serial | cut -d = -f 2)")

cp caucase.sqlite "$here/reference-$version.db"
cat >"$here/reference-$version.json" <<END
{
  "user": "$user",
  "signed": "$signed",
  "revoked": "$revoked",
  "pending": "$pending",
  "pendingRequest": "$(base64 -w0 pending.csr)",
  "userAutoSignAmount": 1,
  "received": 3,
  "crlNumber": "$number",
  "crlLastUpdate": $this_update,
  "revokedSerial": "$serial"
}
END
