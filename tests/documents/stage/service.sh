# A server as docs/install.md makes it, its first users Alice (alice.pem) and Bob (bob.pem), and the fingerprint of its CA as
# documents show it. What takes time is kept in $STAGE_KEPT for the next stage.
packaging=${STAGE_PROJECT}packaging
url=http://localhost:$STAGE_PUBLIC_PORT

# is_shown_as VALUE REAL: what documents show as VALUE.
is_shown_as() {
  echo "$1 $2" >>"$STAGE/shown"
}

# wait_for WORD FILE: until it is there.
wait_for() {
  for _ in $(seq 300); do
    grep -qs "$1" "$2" && return 0
    sleep 0.1
  done
  echo "no $1 in $2" >&2
  return 1
}

# new_key NAME FILE [OPTION…]: a key in FILE and a request beside it.
new_key() {
  subject=$1 file=$2
  shift 2
  openssl req -newkey rsa:2048 -nodes -subj "/CN=$subject" "$@" -keyout "$file" -out "$file.csr" 2>/dev/null
}

# send MODE FILE: sends its request; the id is in $id.
send() {
  id=$(caucase client --ca-url "$url" --mode "$1" --send-csr "$2.csr" | cut -d ' ' -f 1)
}

# alice OPTION…: the client, as Alice.
alice() {
  caucase client --ca-url "$url" --user-key "$STAGE/work/alice.pem" "$@"
}

# certify MODE NAME FILE [OPTION…]: a certificate, beside the key in FILE.
certify() {
  mode=$1 name=$2 file=$3
  shift 3
  new_key "$name" "$file" "$@"
  send "$mode" "$file"
  alice --mode "$mode" --sign-csr "$id" && caucase client --ca-url "$url" --mode "$mode" --get-crt "$id" "$file"
}

# sign_pending MODE: all that wait, as soon as some do.
sign_pending() {
  for _ in $(seq 60); do
    ids=$(alice --mode "$1" --list-csr | sed -n 's/^ *\([0-9][0-9]*\) |.*/\1/p')
    [ -n "$ids" ] && break
    sleep 0.5
  done
  alice --mode "$1" --sign-csr $ids
}

make_service() {
  systemctl start caucase
  new_key Alice alice.pem
  send user alice.pem
  caucase client --ca-url "$url" --mode user --get-crt "$id" alice.pem
  certify user Bob bob.pem
  echo "$id" >bob.id
  caucase client --ca-url "$url" --show-ca >fingerprint
  systemctl stop caucase
  mkdir -p "$STAGE_KEPT/work"
  cp -a "$STAGE_ROOT/var/lib/caucase" "$STAGE_KEPT/"
  cp -a alice.pem bob.pem bob.id fingerprint "$STAGE_KEPT/work/"
}

install -D -m 644 "$packaging/config/serve.conf" "$STAGE_ROOT/etc/caucase/serve.conf"
install -m 644 "$packaging"/systemd/*.service "$packaging"/systemd/*.timer "$STAGE_ROOT/etc/systemd/system/"
if [ -e "$STAGE_KEPT/work" ]; then
  cp -a "$STAGE_KEPT/caucase" "$STAGE_ROOT/var/lib/"
  cp -a "$STAGE_KEPT"/work/* .
else
  make_service
fi
is_shown_as sha256:d6ce7ac412efdbdfe61928ec87436cdc4becf5b247abecef932409b0587e965d "$(cat fingerprint)"
is_shown_as 5511879420416533010 "$(cat bob.id)"
rm -f cau.crt.pem cau.crl.pem cas.crt.pem cas.crl.pem fingerprint
systemctl start caucase

# make_backup: the server's first one, as $backup.
make_backup() {
  systemctl restart caucase
  for _ in $(seq 300); do
    backup=$(ls "$STAGE_ROOT"/var/lib/caucase/backup/*.sql.caucased 2>/dev/null) && return 0
    sleep 0.1
  done
  echo "there is no backup" >&2
  return 1
}
