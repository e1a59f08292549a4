package room

import (
	"context"
	"slices"

	"plenum/internal/access"
	"plenum/internal/chat"
	"plenum/internal/id"
)

// ChatSend writes to everyone, or to one seat.
type ChatSend struct {
	To   id.Seat // "" for everyone
	Text string
}

// ChatDelete takes a message away from everyone who has it.
type ChatDelete struct{ Message id.Message }

func (m ChatSend) needs(_ *seat, o *owner) access.Right {
	if m.To == "" {
		return access.Chat
	}
	if to := o.seats[m.To]; to != nil && to.Role.Runs() {
		return "" // whoever runs the meeting can always be asked
	}
	return access.ChatPrivate
}

func (m ChatSend) apply(_ context.Context, o *owner, c *call) error {
	to := o.seats[m.To]
	if m.To != "" && (to == nil || to == c.by || !sees(c.by, to) && !o.private.Wrote(m.To, c.by.ID)) {
		return ErrSeat
	}
	text, err := chat.ParseText(m.Text)
	if err != nil {
		return err
	}
	if err := spend(c.by.limits.chat, ErrTooFast); err != nil {
		return err
	}
	message := chat.Message{ID: id.New[id.Message](), Seat: c.by.ID, Name: c.by.Name, At: now(), Text: text}
	if to == nil {
		o.chat.Add(message)
		o.broadcast(Said{Message: message})
		return nil
	}
	message.To, message.ToName = to.ID, to.Name
	o.private.Add(message)
	o.tell(to, Said{Message: message})
	o.tell(c.by, Said{Message: message})
	return nil
}

// messageFor finds a message that the seat has. Others' private ones are as if
// they were not.
func (o *owner) messageFor(seat id.Seat, message id.Message) (chat.Message, bool) {
	if m, found := o.chat.Find(message); found {
		return m, true
	}
	m, found := o.private.Find(message)
	return m, found && m.For(seat)
}

func (m ChatDelete) needs(by *seat, o *owner) access.Right {
	message, _ := o.messageFor(by.ID, m.Message)
	return unlessOwn(by, message.Seat, access.ModerateChat)
}

func (m ChatDelete) apply(_ context.Context, o *owner, c *call) error {
	message, found := o.messageFor(c.by.ID, m.Message)
	if !found {
		return chat.ErrUnknown
	}
	gone := Unsaid{Message: m.Message, By: c.by.ID}
	if message.To == "" {
		o.chat.Delete(m.Message)
		o.broadcast(gone)
		return nil
	}
	o.private.Delete(m.Message)
	for _, s := range o.order {
		if message.For(s.ID) {
			o.tell(s, gone)
		}
	}
	return nil
}

// messagesOf is what a seat has of the chat, oldest first: everyone's messages and
// its own private ones, as many as a welcome carries.
func (o *owner) messagesOf(seat id.Seat) []chat.Message {
	messages := o.chat.Messages()
	for _, m := range o.private.Messages() {
		if m.For(seat) {
			messages = append(messages, m)
		}
	}
	slices.SortStableFunc(messages, func(a, b chat.Message) int { return a.At.Compare(b.At) })
	return chat.Last(messages)
}
