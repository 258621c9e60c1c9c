. "${STAGE_PROJECT}tests/documents/stage/service.sh"
make_backup
cp "$backup" .
is_shown_as 20261123182804.sql.caucased "${backup##*/}"

# An updater that has what it keeps.
install -D -m 644 "$packaging/config/updater/web.json" "$STAGE_ROOT/etc/caucase/updater/web.json"
is_shown_as sha256:0000000000000000000000000000000000000000000000000000000000000000 "$(caucase client --ca-url "$url" --show-ca)"
systemctl start caucase-updater@web
sign_pending service
systemctl reload caucase-updater@web
wait_for CERTIFICATE "$STAGE_ROOT/var/lib/caucase-updater/web/web.pem"
caucase login "$url" --yes --user-key alice.pem
