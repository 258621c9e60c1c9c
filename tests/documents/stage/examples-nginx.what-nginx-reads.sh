sign_pending service
systemctl reload caucase-updater@nginx
wait_for CERTIFICATE "$STAGE_ROOT/var/lib/caucase-updater/nginx/www.pem"
