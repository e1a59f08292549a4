package vault

import (
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// numbers are drawn near each other and at the ends, where mistakes are.
func someNumber() *rapid.Generator[uint32] {
	return rapid.OneOf(rapid.Uint32Range(0, 40), rapid.Uint32(), rapid.Uint32Range(1<<32-40, 1<<32-1), rapid.Uint32Range(1<<31-3, 1<<31+3))
}

// Whatever is forgotten, in whatever portions: exactly that has no key any more, and
// everything else has the one it had.
func TestForgettingIsExact(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		whole := newTree()
		now, gone := whole, map[uint32]bool{}
		for _, portion := range rapid.SliceOfN(rapid.SliceOfN(someNumber(), 1, 12), 1, 8).Draw(t, "portions") {
			for _, n := range portion {
				gone[n] = true
			}
			now = now.without(slices.Compact(slices.Sorted(slices.Values(portion))))
		}
		again, err := decodeTree(now.encode())
		if err != nil {
			t.Fatal(err)
		}
		probes := rapid.SliceOfN(someNumber(), 1, 50).Draw(t, "probes")
		for n := range gone {
			probes = append(probes, n, n+1, n-1, n^1)
		}
		for _, n := range probes {
			want, _ := whole.leaf(n)
			got, alive := again.leaf(n)
			if alive == gone[n] {
				t.Fatalf("%d: alive is %v", n, alive)
			}
			if alive && got != want {
				t.Fatalf("%d has another key", n)
			}
			next, ok := again.living(n)
			for m := n; ok && m < next; m++ {
				if !gone[m] {
					t.Fatalf("%d is passed over on the way from %d to %d", m, n, next)
				}
			}
			if ok && gone[next] {
				t.Fatalf("%d is said to live", next)
			}
		}
	})
}

// No node on the way from the root to a forgotten leaf is kept, and a tree has no
// other way to a leaf than from a node above it.
func TestKeptNodesAreNotAboveForgottenOnes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		whole := newTree()
		gone := slices.Compact(slices.Sorted(slices.Values(rapid.SliceOfN(someNumber(), 1, 30).Draw(t, "gone"))))
		kept := map[[KeySize]byte]bool{}
		for _, n := range whole.without(gone).nodes {
			kept[n.secret] = true
		}
		for _, number := range gone {
			n := whole.nodes[0]
			for {
				if kept[n.secret] {
					t.Fatalf("%d: its ancestor of depth %d is kept", number, n.depth)
				}
				if n.depth == leafDepth {
					break
				}
				n = n.child(byte(number >> (leafDepth - 1 - uint(n.depth)) & 1))
			}
		}
	})
}

// Subtrees that are gone cost nothing, not even a mark: what is deleted in the order
// it was made costs at most a node for each depth.
func TestTreesStaySmall(t *testing.T) {
	t.Parallel()
	const recordings = 100_000
	inOrder := newTree()
	for from := uint32(0); from < recordings; from += 1000 {
		portion := make([]uint32, 1000)
		for i := range portion {
			portion[i] = from + uint32(i)
		}
		inOrder = inOrder.without(portion)
		if n := len(inOrder.nodes); n > leafDepth {
			t.Fatalf("%d nodes after the first %d", n, from+1000)
		}
	}
	order := make([]uint32, recordings)
	for i, n := range rand.New(rand.NewPCG(1, 2)).Perm(recordings) {
		order[i] = uint32(n)
	}
	random, most := newTree(), 0
	for from := 0; from < recordings; from += 1000 {
		random = random.without(slices.Sorted(slices.Values(order[from : from+1000])))
		most = max(most, len(random.nodes))
	}
	t.Logf("at most %d nodes, %d bytes", most, most*nodeSize)
	if most*nodeSize > 3<<19 {
		t.Errorf("%d nodes when half of %d are deleted", most, recordings)
	}
	if !slices.Equal(bytesOf(random, recordings), bytesOf(inOrder, recordings)) || len(random.nodes) != len(inOrder.nodes) {
		t.Errorf("%d nodes when all are deleted, %d in order", len(random.nodes), len(inOrder.nodes))
	}
}

// bytesOf tells which of the first numbers live.
func bytesOf(t *tree, numbers uint32) []byte {
	alive := make([]byte, numbers)
	for n := range numbers {
		if _, ok := t.above(n); ok {
			alive[n] = 1
		}
	}
	return alive
}

func FuzzDecodeTree(f *testing.F) {
	f.Add(newTree().encode())
	f.Add(newTree().without([]uint32{0, 7, 1<<32 - 1}).encode())
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		tree, err := decodeTree(b)
		if err != nil {
			return
		}
		if again, err := decodeTree(tree.encode()); err != nil || !slices.Equal(again.nodes, tree.nodes) {
			t.Error("not the same again")
		}
		tree.without([]uint32{0, 5, 1 << 31, 1<<32 - 1}).leaf(7)
	})
}
