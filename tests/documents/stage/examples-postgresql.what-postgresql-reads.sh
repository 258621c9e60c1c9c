sign_pending service
systemctl reload caucase-updater@postgresql
wait_for CERTIFICATE "$STAGE_ROOT/var/lib/caucase-updater/postgresql/db.crt"
