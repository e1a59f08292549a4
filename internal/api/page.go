package api

import (
	"encoding/base64"
	"strings"

	"plenum/internal/fault"
)

var errCursor = fault.New("api.Page", fault.Invalid, "cursor.invalid", "This is not a cursor that the list gave.")

// Page is the part of a request that asks for a part of a list. It is exported
// because huma looks into exported fields only.
type Page struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"50" doc:"How many at most"`
	Cursor string `query:"cursor" maxLength:"500" doc:"The next of the answer before; without it, the beginning"`
}

// after returns what the cursor says the page begins after: the values that the
// list is sorted by, as given to [next]; nil for the beginning. Fault:
// cursor.invalid.
func (p Page) after(values int) ([]string, error) {
	if p.Cursor == "" {
		return nil, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(p.Cursor)
	if err != nil {
		return nil, errCursor
	}
	parts := strings.Split(string(raw), "\x00")
	if len(parts) != values {
		return nil, errCursor
	}
	return parts, nil
}

// next makes the cursor of the page after an item, from the values that the list
// is sorted by. It tells the client nothing that the item does not.
func next(values ...string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(strings.Join(values, "\x00")))
}

// cut takes the page from items, of which one more than the limit was asked for,
// and returns the cursor of the next page, "" after the last.
func cut[T any](items []T, limit int, key func(T) []string) ([]T, string) {
	if len(items) <= limit {
		return items, ""
	}
	items = items[:limit]
	return items, next(key(items[limit-1])...)
}
