rm -rf "$data"
