# What was downloaded, beside a clone.
cp "$STAGE/program/caucase" caucase-0.1.0-x86_64-unknown-linux-gnu
sha256sum caucase-0.1.0-* >SHA256SUMS
echo "$(sha256sum </dev/null | cut -c 1-64)  caucase-0.1.0-aarch64-apple-darwin" >>SHA256SUMS
mkdir dist
cp caucase-0.1.0-* dist/caucase
