package telemetry

import (
	"bytes"
	"context"
	"log" //nolint:depguard // net/http wants one
	"log/slog"
	"strings"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// HTTPErrors is an http.Server's ErrorLog. net/http names the client's address
// in its lines; the handler takes it out. Handshakes that browsers break off
// because they do not know our certificate yet are no news.
func HTTPErrors(logger *slog.Logger) *log.Logger {
	return log.New(httpErrors{logger}, "", 0)
}

type httpErrors struct{ logger *slog.Logger }

func (w httpErrors) Write(line []byte) (int, error) {
	level := slog.LevelWarn
	for _, quiet := range []string{"TLS handshake error", "http2: server", "URL query contains semicolon", "Unsolicited response"} {
		if bytes.Contains(line, []byte(quiet)) {
			level = slog.LevelDebug
		}
	}
	// A panic's text may quote what a person sent, and its stack says no more
	// than the first line of ours does; edge recovers handlers' panics before.
	first, _, _ := strings.Cut(string(line), "\n")
	w.logger.Log(context.Background(), level, "http server", "detail", strings.TrimSpace(first)) //nolint:forbidigo // an io.Writer has no context
	return len(line), nil
}

// Zap is a zap logger that writes to logger, for libraries that insist on zap.
func Zap(logger *slog.Logger) *zap.Logger {
	return zap.New(&zapCore{logger: logger})
}

// zapCore turns zap's entries into slog's records.
type zapCore struct {
	logger *slog.Logger
	fields []zapcore.Field
}

func (c *zapCore) Enabled(l zapcore.Level) bool {
	return c.logger.Enabled(context.Background(), slogLevel(l)) //nolint:forbidigo // zap has no context
}

func (c *zapCore) With(fields []zapcore.Field) zapcore.Core {
	return &zapCore{c.logger, append(append([]zapcore.Field(nil), c.fields...), fields...)}
}

func (c *zapCore) Check(e zapcore.Entry, checked *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if c.Enabled(e.Level) {
		return checked.AddCore(e, c)
	}
	return checked
}

func (c *zapCore) Write(e zapcore.Entry, fields []zapcore.Field) error {
	enc := zapcore.NewMapObjectEncoder()
	for _, f := range append(append([]zapcore.Field(nil), c.fields...), fields...) {
		f.AddTo(enc)
	}
	attrs := make([]slog.Attr, 0, len(enc.Fields)+1)
	for k, v := range enc.Fields {
		attrs = append(attrs, slog.Any(k, v))
	}
	if e.LoggerName != "" {
		attrs = append(attrs, slog.String("component", e.LoggerName))
	}
	c.logger.LogAttrs(context.Background(), slogLevel(e.Level), e.Message, attrs...) //nolint:forbidigo,sloglint // zap has no context, and its messages are constants of its users
	return nil
}

func (*zapCore) Sync() error { return nil }

func slogLevel(l zapcore.Level) slog.Level {
	switch {
	case l < zapcore.InfoLevel:
		return slog.LevelDebug
	case l < zapcore.WarnLevel:
		return slog.LevelInfo
	case l < zapcore.ErrorLevel:
		return slog.LevelWarn
	}
	return slog.LevelError
}
