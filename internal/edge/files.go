package edge

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
	"time"
)

// files serves the web client. Every path that is not a file is a page of the
// client, which is one document: whether a meeting exists is not to be told
// from the answer.
type files struct {
	fsys   fs.FS
	assets map[string]*asset
	index  *asset // nil when the client was not built
}

// asset is one file of the client.
type asset struct {
	path      string
	mime      string
	etag      string // "" for what is immutable
	immutable bool
	gzipped   func() []byte // nil when the file does not shrink
	brotli    bool          // path+".br" exists
	gzip      bool          // path+".gz" exists
}

// newFiles looks through fsys once. Files under assets/ carry a hash of their
// content in their name; hidden ones and maps of hidden sources are not served.
func newFiles(fsys fs.FS) (*files, error) {
	f := &files{fsys: fsys, assets: map[string]*asset{}}
	types := fileTypes()
	err := fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if strings.HasPrefix(d.Name(), ".") && p != "." {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if ext := path.Ext(p); d.IsDir() || ext == ".br" || ext == ".gz" {
			return nil
		}
		a, err := newAsset(fsys, p, types[path.Ext(p)])
		f.assets[p] = a
		return err
	})
	if err != nil {
		return nil, err
	}
	f.index = f.assets["index.html"]
	return f, nil
}

func newAsset(fsys fs.FS, p string, kind fileType) (*asset, error) {
	if kind.mime == "" {
		kind.mime = "application/octet-stream"
	}
	a := &asset{path: p, mime: kind.mime, immutable: strings.HasPrefix(p, "assets/")}
	if !a.immutable {
		content, err := fs.ReadFile(fsys, p)
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(content)
		a.etag = base64.RawURLEncoding.EncodeToString(sum[:12])
	}
	_, err := fs.Stat(fsys, p+".br")
	a.brotli = err == nil
	_, err = fs.Stat(fsys, p+".gz")
	a.gzip = err == nil
	if kind.shrinks && !a.gzip {
		a.gzipped = sync.OnceValue(func() []byte { return squeeze(fsys, p) })
	}
	return a, nil
}

// squeeze compresses a file that the build did not, on its first request; nil
// when that gains nothing.
func squeeze(fsys fs.FS, p string) []byte {
	content, err := fs.ReadFile(fsys, p)
	if err != nil || len(content) < 1024 {
		return nil
	}
	var out bytes.Buffer
	z, err := gzip.NewWriterLevel(&out, 7)
	if err != nil {
		return nil
	}
	if _, err := z.Write(content); err != nil || z.Close() != nil || out.Len() >= len(content) {
		return nil
	}
	return out.Bytes()
}

func (f *files) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "Pages can only be read.", http.StatusMethodNotAllowed)
		return
	}
	name := strings.TrimPrefix(path.Clean("/"+r.URL.Path), "/")
	a := f.assets[name]
	switch {
	case a != nil:
	case isFileName(name):
		http.Error(w, "There is nothing here.", http.StatusNotFound)
		return
	case f.index == nil:
		notBuilt(w)
		return
	default:
		a = f.index
	}
	f.serve(w, r, a)
}

// isFileName reports whether a path that is no file was meant to be one. Pages
// have no dot in their last part.
func isFileName(name string) bool {
	return strings.HasPrefix(name, "assets/") || strings.Contains(path.Base(name), ".") && name != ""
}

func (f *files) serve(w http.ResponseWriter, r *http.Request, a *asset) {
	h := w.Header()
	h.Set("Content-Type", a.mime)
	h.Set("Vary", "Accept-Encoding")
	h.Set("Cache-Control", "no-cache")
	if a.immutable {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	encoding, content := f.open(a, r.Header.Get("Accept-Encoding"))
	if content == nil {
		http.Error(w, "There is nothing here.", http.StatusNotFound)
		return
	}
	defer content.Close() //nolint:errcheck // read only
	if encoding != "" {
		h.Set("Content-Encoding", encoding)
	}
	if a.etag != "" { // one tag for each form, as RFC 9110 §8.8.3.3 wants
		h.Set("ETag", strconv.Quote(a.etag+encoding))
	}
	http.ServeContent(w, r, "", time.Time{}, content)
}

// content is what http.ServeContent and we need of an open file.
type content interface {
	io.ReadSeeker
	io.Closer
}

// open gives the smallest form that the client takes.
func (f *files) open(a *asset, accept string) (encoding string, c content) {
	open := func(name string) content {
		file, err := f.fsys.Open(name)
		if err != nil {
			return nil
		}
		c, ok := file.(content)
		if !ok {
			file.Close() //nolint:errcheck // read only
			return nil
		}
		return c
	}
	if a.brotli && accepts(accept, "br") {
		return "br", open(a.path + ".br")
	}
	if accepts(accept, "gzip") {
		if a.gzip {
			return "gzip", open(a.path + ".gz")
		}
		if a.gzipped != nil {
			if small := a.gzipped(); small != nil {
				return "gzip", memory{bytes.NewReader(small)}
			}
		}
	}
	return "", open(a.path)
}

type memory struct{ *bytes.Reader }

func (memory) Close() error { return nil }

// accepts reads an Accept-Encoding header (RFC 9110 §12.5.3) as far as it
// matters here: named, and not with a weight of zero.
func accepts(header, encoding string) bool {
	for item := range strings.SplitSeq(header, ",") {
		name, params, _ := strings.Cut(item, ";")
		if strings.TrimSpace(name) == encoding {
			q, err := strconv.ParseFloat(strings.TrimPrefix(strings.ReplaceAll(params, " ", ""), "q="), 64)
			return err != nil || q > 0
		}
	}
	return false
}

// fileType is what is known of a file by its ending.
type fileType struct {
	mime    string
	shrinks bool // compressing it is worth while
}

// fileTypes is our own table: the system's differs from machine to machine.
func fileTypes() map[string]fileType {
	return map[string]fileType{
		".html":        {"text/html; charset=utf-8", true},
		".js":          {"text/javascript; charset=utf-8", true},
		".mjs":         {"text/javascript; charset=utf-8", true},
		".css":         {"text/css; charset=utf-8", true},
		".json":        {"application/json", true},
		".map":         {"application/json", true},
		".webmanifest": {"application/manifest+json", true},
		".svg":         {"image/svg+xml", true},
		".txt":         {"text/plain; charset=utf-8", true},
		".wasm":        {"application/wasm", true},
		".tflite":      {"application/octet-stream", true},
		".binarypb":    {"application/octet-stream", true},
		".data":        {"application/octet-stream", true},
		".png":         {"image/png", false},
		".jpg":         {"image/jpeg", false},
		".webp":        {"image/webp", false},
		".avif":        {"image/avif", false},
		".ico":         {"image/x-icon", true},
		".woff2":       {"font/woff2", false},
		".mp3":         {"audio/mpeg", false},
		".ogg":         {"audio/ogg", false},
		".wav":         {"audio/wav", true},
	}
}

// notBuilt is the page of a program that was compiled without the web client.
func notBuilt(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(http.StatusServiceUnavailable)
	io.WriteString(w, `<!doctype html><html lang="en"><meta charset="utf-8"><title>Plenum</title>`+ //nolint:errcheck // the client is gone then
		`<h1>The pages are not built in</h1><p>This program was compiled without its web client. Run <code>make build</code> and start it again.</p></html>`)
}
