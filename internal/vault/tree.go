package vault

import (
	"bytes"
	"cmp"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"slices"
)

// tree gives each of 2³² numbers a key, and can forget any of them for good: the
// puncturable function of Goldreich, Goldwasser and Micali (1986). A node's two
// children follow from it and nothing goes back up, so that a leaf is forgotten by
// keeping, instead of the nodes above it, only those beside its way to the root.
type tree struct {
	id    [treeIDSize]byte // tells this tree from another that somebody put in its place
	nodes []node           // what can still be derived; in order, no two overlap
}

// node is the root of a subtree.
type node struct {
	first  uint32 // its leftmost leaf
	depth  uint8  // 0 is the root, leafDepth a leaf
	secret [KeySize]byte
}

const (
	leafDepth  = 32
	treeIDSize = 8
	nodeSize   = 4 + 1 + KeySize
)

// errTree is for what is no tree though it was sealed as one.
var errTree = errors.New("vault: not a key tree")

// newTree is one of which nothing is forgotten.
func newTree() *tree {
	t := &tree{nodes: make([]node, 1)}
	rand.Read(t.id[:])              //nolint:errcheck // crypto/rand.Read never fails since Go 1.24.
	rand.Read(t.nodes[0].secret[:]) //nolint:errcheck // as above
	return t
}

// last is the rightmost leaf.
func (n *node) last() uint32 {
	return n.first | uint32(1<<(leafDepth-uint(n.depth))-1)
}

// child derives the left (0) or the right one (1).
func (n *node) child(side byte) node {
	mac := hmac.New(sha256.New, n.secret[:])
	mac.Write([]byte("plenum/v1/tree"))
	mac.Write([]byte{side})
	c := node{first: n.first, depth: n.depth + 1}
	mac.Sum(c.secret[:0])
	if side == 1 {
		c.first |= 1 << (leafDepth - uint(c.depth))
	}
	return c
}

// leaf returns the key of a number, unless it is forgotten.
func (t *tree) leaf(number uint32) (key [KeySize]byte, ok bool) {
	i, ok := t.above(number)
	if !ok {
		return key, false
	}
	n := t.nodes[i]
	for n.depth < leafDepth {
		n = n.child(byte(number >> (leafDepth - 1 - uint(n.depth)) & 1))
	}
	return n.secret, true
}

// above finds the kept node that number is below; else the place where it would be.
func (t *tree) above(number uint32) (int, bool) {
	return slices.BinarySearchFunc(t.nodes, number, func(n node, number uint32) int {
		if n.first <= number && number <= n.last() {
			return 0
		}
		return cmp.Compare(n.first, number)
	})
}

// living is the first number from there on that is not forgotten.
func (t *tree) living(from uint32) (uint32, bool) {
	i, ok := t.above(from)
	switch {
	case ok:
		return from, true
	case i < len(t.nodes):
		return t.nodes[i].first, true
	}
	return 0, false
}

// without is the tree that has forgotten numbers too, which are in order.
func (t *tree) without(numbers []uint32) *tree {
	kept := &tree{id: t.id, nodes: make([]node, 0, len(t.nodes)+leafDepth)}
	for _, n := range t.nodes {
		from, _ := slices.BinarySearch(numbers, n.first)
		to, found := slices.BinarySearch(numbers, n.last())
		if found {
			to++
		}
		kept.keep(n, numbers[from:max(from, to)])
	}
	return kept
}

// keep takes over a subtree but for the numbers, which are all in it.
func (t *tree) keep(n node, numbers []uint32) {
	switch {
	case len(numbers) == 0:
		t.nodes = append(t.nodes, n)
	case n.depth < leafDepth:
		left, right := n.child(0), n.child(1)
		middle, _ := slices.BinarySearch(numbers, right.first)
		t.keep(left, numbers[:middle])
		t.keep(right, numbers[middle:])
	}
}

// wipe overwrites the secrets.
func (t *tree) wipe() { clear(t.nodes) }

// encode is what is kept of the tree.
func (t *tree) encode() []byte {
	b := make([]byte, 0, treeIDSize+nodeSize*len(t.nodes))
	b = append(b, t.id[:]...)
	for i := range t.nodes {
		n := &t.nodes[i]
		b = binary.BigEndian.AppendUint32(b, n.first)
		b = append(b, n.depth)
		b = append(b, n.secret[:]...)
	}
	return b
}

// decodeTree is the reverse of encode.
func decodeTree(b []byte) (*tree, error) {
	r := bytes.NewBuffer(b)
	t := &tree{nodes: make([]node, 0, len(b)/nodeSize)}
	if copy(t.id[:], r.Next(treeIDSize)) < treeIDSize || r.Len()%nodeSize != 0 {
		return nil, errTree
	}
	next := uint64(0) // the first number behind the last node
	for r.Len() > 0 {
		n := node{first: binary.BigEndian.Uint32(r.Next(4)), depth: r.Next(1)[0]}
		copy(n.secret[:], r.Next(KeySize))
		if n.depth > leafDepth || uint64(n.first) < next || n.first&(n.last()-n.first) != 0 {
			return nil, errTree
		}
		next = uint64(n.last()) + 1
		t.nodes = append(t.nodes, n)
	}
	return t, nil
}
