package sfu

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/livekit/livekit-server/pkg/config"
	"github.com/livekit/protocol/logger"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// LiveKit's logger is one variable of its package, so the way out of it is one
// of ours. With several SFUs in a process, as in tests, the last one's logger
// gets the lines of all.
//
//nolint:gochecknoglobals // see above
var (
	bridgeOnce sync.Once
	bridgeOut  atomic.Pointer[slog.Logger]
)

// installLogBridge sends what LiveKit and pion log to out.
func installLogBridge(out *slog.Logger) {
	bridgeOut.Store(out)
	bridgeOnce.Do(func() { config.SetLogger(bridge{}) })
}

// harmless reports whether the text under key may be logged, after redaction.
// Every other value that is not a plain number, truth value or duration is left
// out: LiveKit logs candidates, client descriptions, room and participant
// names, session descriptions and tokens under hundreds of keys.
func harmless(key string) bool {
	switch key {
	case "codec", "connID", "direction", "error", "kind", "method", "mime", "participantID", "pID", "quality",
		"reason", "roomID", "source", "state", "status", "trackID", "transport", "type":
		return true
	}
	return false
}

// bridge is a LiveKit logger that writes to slog what may be written. It also
// answers as a zap logger does, for pion to ask for the level before it formats
// a line.
type bridge struct {
	component string
	attrs     []slog.Attr
}

var _ logger.ZapLogger = bridge{}

// Debugw implements logger.Logger.
func (b bridge) Debugw(msg string, keysAndValues ...any) {
	b.log(slog.LevelDebug, msg, nil, keysAndValues)
}

// Infow implements logger.Logger. LiveKit's "info" is each step of each
// participant: detail, in the view of who runs a Plenum.
func (b bridge) Infow(msg string, keysAndValues ...any) {
	b.log(slog.LevelDebug, msg, nil, keysAndValues)
}

// Warnw implements logger.Logger.
func (b bridge) Warnw(msg string, err error, keysAndValues ...any) {
	b.log(slog.LevelWarn, msg, err, keysAndValues)
}

// Errorw implements logger.Logger.
func (b bridge) Errorw(msg string, err error, keysAndValues ...any) {
	b.log(slog.LevelError, msg, err, keysAndValues)
}

func (b bridge) log(level slog.Level, msg string, err error, keysAndValues []any) {
	out := bridgeOut.Load()
	ctx := context.Background() //nolint:forbidigo // LiveKit's logger is not given one.
	if !out.Enabled(ctx, level) {
		return
	}
	attrs := append([]slog.Attr{slog.String("text", redact(msg))}, b.attrs...)
	attrs = append(attrs, loggable(keysAndValues)...)
	if err != nil {
		attrs = append(attrs, slog.String("error", redact(err.Error())))
	}
	if b.component != "" {
		attrs = append(attrs, slog.String("component", b.component))
	}
	out.LogAttrs(ctx, level, "media server", attrs...)
}

// loggable keeps what may be logged of LiveKit's alternating keys and values.
func loggable(keysAndValues []any) []slog.Attr {
	var attrs []slog.Attr
	for i := 0; i+1 < len(keysAndValues); i += 2 {
		key, ok := keysAndValues[i].(string)
		if !ok {
			continue
		}
		switch v := keysAndValues[i+1].(type) {
		case bool, int, int8, int16, int32, int64, uint, uint8, uint16, uint32, uint64, float32, float64, time.Duration:
			attrs = append(attrs, slog.Any(key, v))
		default:
			if harmless(key) {
				attrs = append(attrs, slog.String(key, redact(fmt.Sprint(v))))
			}
		}
	}
	return attrs
}

// WithValues implements logger.Logger.
func (b bridge) WithValues(keysAndValues ...any) logger.Logger {
	b.attrs = append(slices.Clone(b.attrs), loggable(keysAndValues)...)
	return b
}

// WithUnlikelyValues implements logger.Logger.
func (b bridge) WithUnlikelyValues(keysAndValues ...any) logger.UnlikelyLogger {
	return logger.NewUnlikelyLogger(b, keysAndValues...)
}

// WithComponent implements logger.Logger.
func (b bridge) WithComponent(component string) logger.Logger {
	b.component = strings.TrimPrefix(b.component+"."+component, ".")
	return b
}

// WithName implements logger.Logger; the name is always LiveKit's.
func (b bridge) WithName(string) logger.Logger { return b }

// WithCallDepth implements logger.Logger; lines carry no source.
func (b bridge) WithCallDepth(int) logger.Logger { return b }

// WithItemSampler implements logger.Logger.
func (b bridge) WithItemSampler() logger.Logger { return b }

// WithoutSampler implements logger.Logger.
func (b bridge) WithoutSampler() logger.Logger { return b }

// WithDeferredValues implements logger.Logger. What LiveKit resolves later are
// the names of room and participant, which are not logged.
func (b bridge) WithDeferredValues() (logger.Logger, logger.DeferredFieldResolver) {
	return b, unresolved{}
}

type unresolved struct{}

func (unresolved) Resolve(...any) {}
func (unresolved) Reset()         {}

// ToZap implements logger.ZapLogger; LiveKit's libraries never ask for it.
func (b bridge) ToZap() *zap.SugaredLogger { return zap.NewNop().Sugar() }

// WithMinLevel implements logger.ZapLogger.
func (b bridge) WithMinLevel(zapcore.LevelEnabler) logger.Logger { return b }

// ComponentLeveler implements logger.ZapLogger.
func (b bridge) ComponentLeveler() logger.ZapComponentLeveler { return levels{} }

type levels struct{}

// ComponentLevel lets pion log errors. Its warnings are each packet that came a
// moment too early, and below that it describes packets one by one.
func (levels) ComponentLevel(string) zapcore.LevelEnabler { return zapcore.ErrorLevel }
