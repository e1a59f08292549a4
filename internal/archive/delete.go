package archive

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"plenum/internal/audit"
	"plenum/internal/id"
	"plenum/internal/recording"
	"plenum/internal/vault"
)

// erasing is how long a deletion waits for the files to go; what is left is removed
// later. The key is gone before.
const erasing = 20 * time.Second

// Delete implements api.Recordings.
func (a *Archive) Delete(ctx context.Context, r id.Recording, entries ...audit.Entry) (recording.Receipt, error) {
	s, err := a.store.Recording(ctx, r)
	if err != nil {
		return recording.Receipt{}, err
	}
	if !s.Hold.At.IsZero() {
		return recording.Receipt{}, recording.ErrHeld
	}
	if t := a.taking(r); t != nil {
		t.Stop()
		select {
		case <-t.done:
		case <-ctx.Done():
			return recording.Receipt{}, ctx.Err()
		}
	}
	now := time.Now()
	var found recording.Recording
	err = a.freeing(func() (err error) {
		found, err = a.store.DeleteRecording(ctx, r, now, entries...)
		return err
	})
	if err != nil {
		return recording.Receipt{}, err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), erasing)
	defer cancel()
	by := audit.Entry{Actor: audit.Party{Kind: audit.System}, Credential: "rule"}
	if len(entries) > 0 {
		by = entries[0]
	}
	by.Meeting = found.Meeting
	return a.erase(ctx, recording.Tombstone{ID: r, Tenant: found.Tenant, Number: found.Number, DeletedAt: now}, by), nil
}

// erase destroys the key of a deleted recording and removes its files. What cannot
// be done now is tried again by tidy.
func (a *Archive) erase(ctx context.Context, stone recording.Tombstone, by audit.Entry) recording.Receipt {
	receipt := recording.Receipt{Recording: stone.ID, KeyDestroyed: stone.DeletedAt}
	a.shut(stone.ID)
	a.jobs.Wake() // what is made of it has lost its job
	if err := a.cfg.Vault.Destroy(stone.Number); err != nil {
		a.log.Error("the key of a deleted recording is still in the key tree; it is tried again", "recording", stone.ID, "error", err)
	} else {
		receipt.KeyTree = true
	}
	var err error
	if receipt.Files, receipt.Bytes, err = a.removeFiles(ctx, stone.ID); err != nil {
		a.log.Error("files of a deleted recording are left; it is tried again", "recording", stone.ID, "error", err)
		return a.sign(receipt)
	}
	if !receipt.KeyTree {
		return a.sign(receipt)
	}
	receipt.Erased = time.Now()
	receipt = a.sign(receipt)
	by.Tenant, by.At, by.Action = stone.Tenant, receipt.Erased, audit.RecordingErased
	by.Subject, by.Detail = audit.Party{Kind: audit.Recorded, ID: string(stone.ID)}, receiptDetail(receipt)
	by.Detail["signature"] = base64.StdEncoding.EncodeToString(receipt.Signature)
	if err := a.store.SetErased(ctx, stone.ID, by); err != nil {
		a.log.Error("that a recording is erased was not noted; it is tried again", "recording", stone.ID, "error", err)
	}
	return receipt
}

// receiptDetail is what the signature of a receipt is over, as JSON with its keys in
// order.
func receiptDetail(r recording.Receipt) map[string]string {
	d := map[string]string{
		"recording": string(r.Recording), "keyDestroyed": r.KeyDestroyed.UTC().Format(time.RFC3339), "keyTree": strconv.FormatBool(r.KeyTree),
		"files": strconv.Itoa(r.Files), "bytes": strconv.FormatInt(r.Bytes, 10),
	}
	if !r.Erased.IsZero() {
		d["erased"] = r.Erased.UTC().Format(time.RFC3339)
	}
	return d
}

func (a *Archive) sign(r recording.Receipt) recording.Receipt {
	text, err := json.Marshal(receiptDetail(r))
	if err != nil {
		panic("archive: JSON refused strings: " + err.Error())
	}
	r.Signature = a.cfg.Receipts.SignReceipt(text)
	return r
}

// removeFiles removes all files of a recording, and says what there was.
func (a *Archive) removeFiles(ctx context.Context, r id.Recording) (files int, size int64, err error) {
	var names []string
	for info, err := range a.files.List(ctx, folderName(r)) {
		if err != nil {
			return 0, 0, err
		}
		names, size = append(names, info.Name), size+info.Size
	}
	var failed error
	for _, name := range names {
		failed = errors.Join(failed, a.files.Delete(ctx, name))
	}
	return len(names), size, failed
}

// DeleteMeeting implements api.Recordings.
func (a *Archive) DeleteMeeting(ctx context.Context, m id.Meeting, by audit.Entry) error {
	rows, err := a.store.RecordingsOfMeeting(ctx, m)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if !r.Hold.At.IsZero() {
			return recording.ErrHeld
		}
	}
	for _, r := range rows {
		e := by
		e.Subject = audit.Party{Kind: audit.Recorded, ID: string(r.ID)}
		e.Detail = map[string]string{"recording": string(r.ID)}
		if _, err := a.Delete(ctx, r.ID, e); err != nil && !errors.Is(err, recording.ErrNotFound) {
			return err
		}
	}
	return nil
}

// bury deletes recordings that were deleted before and came back with an old
// database: their keys are destroyed.
func (a *Archive) bury(ctx context.Context, s recording.Sealed) error {
	key, err := a.key(s.Recording)
	if err == nil {
		key.Close()
		return nil
	}
	if !errors.Is(err, vault.ErrDestroyed) {
		return err
	}
	if !s.Hold.At.IsZero() {
		if err := a.store.SetHold(ctx, s.ID, recording.Hold{}); err != nil {
			return err
		}
	}
	a.log.Warn("a deleted recording came back with a database that was put back; it is deleted again", "recording", s.ID)
	_, err = a.Delete(ctx, s.ID, a.rule(s.Recording, audit.RecordingDeleted, "restored", "true"))
	return err
}

// rule words what the program does by itself.
func (*Archive) rule(r recording.Recording, action audit.Action, detail ...string) audit.Entry {
	e := audit.Entry{
		Tenant: r.Tenant, At: time.Now(), Action: action, Actor: audit.Party{Kind: audit.System}, Credential: "rule",
		Meeting: r.Meeting, Subject: audit.Party{Kind: audit.Recorded, ID: string(r.ID)}, Detail: map[string]string{"recording": string(r.ID)},
	}
	for i := 0; i+1 < len(detail); i += 2 {
		e.Detail[detail[i]] = detail[i+1]
	}
	return e
}
