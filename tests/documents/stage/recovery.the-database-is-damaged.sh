# Again the server that has the revocation; a page of its database is overwritten.
systemctl stop caucase
rm -rf "$data"
cp -a before "$data"
page=$(sqlite3 "$data/caucase.sqlite" "SELECT rootpage FROM sqlite_schema WHERE name = 'http_cascrt'")
size=$(sqlite3 "$data/caucase.sqlite" "PRAGMA page_size")
dd if=/dev/urandom of="$data/caucase.sqlite" bs="$size" seek=$((page - 1)) count=1 conv=notrunc 2>/dev/null
! systemctl start caucase 2>/dev/null
