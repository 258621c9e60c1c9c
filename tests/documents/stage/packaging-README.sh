# What was downloaded, in the same folder; a CA of before; folders of the system.
cp "$STAGE/program/caucase" caucase-0.1.0-x86_64-unknown-linux-gnu
openssl req -x509 -newkey rsa:2048 -nodes -days 400 -subj /CN=before -addext keyUsage=critical,keyCertSign,cRLSign \
  -keyout ca.pem -out ca.crt 2>/dev/null
cat ca.crt >>ca.pem
mkdir -p "$STAGE_ROOT/etc/sv" "$STAGE_ROOT/etc/service" "$STAGE_ROOT/Library/LaunchDaemons"
