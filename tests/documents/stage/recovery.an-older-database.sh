rm -rf "$data"
cp -a before "$data"
systemctl start caucase
