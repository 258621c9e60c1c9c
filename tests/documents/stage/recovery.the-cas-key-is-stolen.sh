# A host with an updater, as docs/first-hour.md makes it.
install -D -m 644 "$packaging/config/updater/web.json" "$STAGE_ROOT/etc/caucase/updater/web.json"
systemctl start caucase-updater@web
