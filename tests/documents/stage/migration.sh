. "${STAGE_PROJECT}tests/documents/stage/service.sh"
make_backup
cp "$backup" backup.sql.caucased
cp alice.pem old.pem
systemctl stop caucase
