. "${STAGE_PROJECT}tests/documents/stage/service.sh"
data=$STAGE_ROOT/var/lib/caucase

# A backup, and a revocation that came after it.
certify service www www.pem
make_backup
cp "$backup" .
is_shown_as 20261123182804.sql.caucased "${backup##*/}"
alice --revoke-other-crt www.pem
mv cas.crl.pem crl.pem
systemctl stop caucase
cp -a "$data" before
