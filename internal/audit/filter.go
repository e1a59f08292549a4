package audit

import "time"

// Filter chooses entries; what is empty lets everything through.
type Filter struct {
	Action      Action
	Actor       string // id
	Subject     string // id
	Meeting     string // id
	From, Until time.Time
}
