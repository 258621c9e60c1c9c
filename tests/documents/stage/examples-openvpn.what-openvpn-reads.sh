sign_pending service
systemctl reload caucase-updater@vpn
wait_for CERTIFICATE "$STAGE_ROOT/var/lib/caucase-updater/vpn/vpn.crt"
