// Checks an audit log with Go's own implementation of transparency logs, golang.org/x/mod/sumdb: its signed notes, its
// tree hash, its proofs. Reads tiles from a folder, or from a server with a user's certificate:
//
//	checker FOLDER|URL [-user PEM] [-kept FILE]
//
// FILE holds an earlier checkpoint; a consistency proof is made and checked from it. Prints the size and "good".
package main

import (
	"bytes"
	"crypto/tls"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

// source reads a path under the log's address.
type source func(path string) ([]byte, error)

func folder(root string) source {
	return func(path string) ([]byte, error) { return os.ReadFile(filepath.Join(root, path)) }
}

// server does not look at the server's certificate: everything it says is checked by its log's key.
func server(base, user string) source {
	config := &tls.Config{InsecureSkipVerify: true}
	if user != "" {
		pair, err := tls.LoadX509KeyPair(user, user)
		must(err)
		config.Certificates = []tls.Certificate{pair}
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: config}}
	return func(path string) ([]byte, error) {
		answer, err := client.Get(base + "/" + path)
		if err != nil {
			return nil, err
		}
		defer answer.Body.Close()
		if answer.StatusCode != http.StatusOK {
			return nil, fmt.Errorf("%s: %s", path, answer.Status)
		}
		return io.ReadAll(answer.Body)
	}
}

// path is that of C2SP tlog-tiles: as Go's, without the height.
func path(tile tlog.Tile) string {
	name := strings.TrimPrefix(tile.Path(), fmt.Sprintf("tile/%d/", height))
	return "tile/" + strings.Replace(name, "data/", "entries/", 1)
}

type reader struct{ read source }

func (r reader) Height() int                     { return height }
func (r reader) SaveTiles([]tlog.Tile, [][]byte) {}
func (r reader) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		data, err := r.read(path(tile))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

// checkpoint opens a signed note, and reads the tree in it.
func checkpoint(signed []byte, verifier note.Verifier) tlog.Tree {
	opened, err := note.Open(signed, note.VerifierList(verifier))
	must(err)
	lines := strings.Split(opened.Text, "\n")
	require(len(lines) >= 3 && lines[0] == verifier.Name(), "the checkpoint is of "+lines[0])
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err)
	root, err := base64.StdEncoding.DecodeString(lines[2])
	must(err)
	var hash tlog.Hash
	require(copy(hash[:], root) == tlog.HashSize, "the root is too short")
	return tlog.Tree{N: size, Hash: hash}
}

// entries reads all bundles: two bytes of length before each entry.
func entries(read source, size int64) [][]byte {
	var all [][]byte
	for n := int64(0); int64(len(all)) < size; n++ {
		width := size - int64(len(all))
		if width > 1<<height {
			width = 1 << height
		}
		bundle, err := read(path(tlog.Tile{H: height, L: -1, N: n, W: int(width)}))
		must(err)
		for len(bundle) > 0 {
			length := int(binary.BigEndian.Uint16(bundle))
			all = append(all, bundle[2:2+length])
			bundle = bundle[2+length:]
		}
	}
	require(int64(len(all)) == size, "there are more entries than the checkpoint says")
	return all
}

func checkProofs(tree tlog.Tree, hashes tlog.HashReader, records [][]byte) {
	for _, index := range []int64{0, 1, 254, 255, 256, tree.N / 2, tree.N - 1} {
		if index < 0 || index >= tree.N {
			continue
		}
		proof, err := tlog.ProveRecord(tree.N, index, hashes)
		must(err)
		must(tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(records[index])))
	}
}

func main() {
	where, user, kept := "", "", ""
	for args := os.Args[1:]; len(args) > 0; args = args[1:] {
		switch {
		case args[0] == "-user" && len(args) > 1:
			user, args = args[1], args[1:]
		case args[0] == "-kept" && len(args) > 1:
			kept, args = args[1], args[1:]
		default:
			where = args[0]
		}
	}
	read := folder(where)
	if strings.Contains(where, "://") {
		read = server(where, user)
	}
	key, err := read("key")
	must(err)
	verifier, err := note.NewVerifier(strings.TrimSpace(string(key)))
	must(err)
	signed, err := read("checkpoint")
	must(err)
	tree := checkpoint(signed, verifier)
	// Checks every tile that it reads against the tree hash.
	hashes := tlog.TileHashReader(tree, reader{read})
	records := entries(read, tree.N)
	for index, record := range records {
		stored, err := hashes.ReadHashes([]int64{tlog.StoredHashIndex(0, int64(index))})
		must(err)
		leaf := tlog.RecordHash(record)
		require(bytes.Equal(stored[0][:], leaf[:]), fmt.Sprintf("entry %d has another hash", index+1))
	}
	if tree.N > 0 {
		root, err := tlog.TreeHash(tree.N, hashes)
		must(err)
		require(root == tree.Hash, "the tree has another hash than the checkpoint")
		checkProofs(tree, hashes, records)
	}
	if kept != "" {
		old, err := os.ReadFile(kept)
		must(err)
		earlier := checkpoint(old, verifier)
		proof, err := tlog.ProveTree(tree.N, earlier.N, hashes)
		must(err)
		must(tlog.CheckTree(proof, tree.N, tree.Hash, earlier.N, earlier.Hash))
	}
	fmt.Printf("%d good\n", tree.N)
}

func require(is bool, otherwise string) {
	if !is {
		must(fmt.Errorf("%s", otherwise))
	}
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
