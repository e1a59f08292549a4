package recorder

import (
	"bytes"
	"strings"

	"github.com/pion/rtp/codecs"

	"plenum/internal/recording"
)

// codecOf names the codec of a MIME type as in SDP.
func codecOf(mime string) (recording.Codec, bool) {
	switch strings.ToLower(mime) {
	case "video/vp8":
		return recording.VP8, true
	case "video/vp9":
		return recording.VP9, true
	case "video/h264":
		return recording.H264, true
	case "video/av1":
		return recording.AV1, true
	case "audio/opus":
		return recording.Opus, true
	}
	return "", false
}

// payloads puts the payloads of RTP packets together to frames. What follows a
// loss goes to new payloads: half a frame must not run into the next.
type payloads struct {
	codec recording.Codec
	vp9   codecs.VP9Packet
	h264  codecs.H264Packet
	av1   codecs.AV1Depacketizer

	data    []byte
	key     bool
	started bool // a packet of the frame was taken
	broken  bool // one of them could not be read

	parameters []byte // H.264: the last SPS and PPS, for key frames that come without
}

// add takes the next packet of the frame.
func (p *payloads) add(payload []byte) {
	first := !p.started
	p.started = true
	part, head, err := p.unpack(payload, first)
	if err != nil || first && !head || len(p.data)+len(part) > recording.MaxRecord/2 {
		p.broken = true
		return
	}
	p.data = append(p.data, part...)
}

// unpack takes the codec's header off and reports whether a frame may begin with
// this packet.
func (p *payloads) unpack(payload []byte, first bool) (part []byte, head bool, err error) {
	switch p.codec {
	case recording.VP8:
		var vp8 codecs.VP8Packet
		part, err = vp8.Unmarshal(payload)
		head = vp8.S == 1 && vp8.PID == 0 && len(part) > 0
		if first && head {
			p.key = part[0]&1 == 0 // RFC 6386 §9.1
		}
	case recording.VP9:
		part, err = p.vp9.Unmarshal(payload)
		head = p.vp9.B
		if first {
			p.key = !p.vp9.P && p.vp9.SID == 0
		}
	case recording.H264:
		part, err = p.h264.Unmarshal(payload)
		head = true
	case recording.AV1:
		part, err = p.av1.Unmarshal(payload)
		head = !p.av1.Z // else it is the rest of something that is lost
	case recording.Opus:
		part, head, p.key = payload, true, true
	}
	return part, head, err
}

// take ends the frame. Without data there was none worth keeping, and ok says
// whether what follows can do without it.
func (p *payloads) take() (data []byte, key, ok bool) {
	data, key, ok = p.data, p.key, !p.broken
	p.data, p.key, p.started, p.broken = nil, false, false, false
	if !ok {
		return nil, false, false
	}
	switch p.codec {
	case recording.H264:
		data, key = p.accessUnit(data)
	case recording.AV1:
		key = hasSequenceHeader(data)
	case recording.VP8, recording.VP9, recording.Opus:
	}
	if filler(p.codec, data) {
		return nil, false, true
	}
	return data, key, true
}

// The NAL unit types that matter here (ITU-T H.264 table 7-1).
const (
	nalSlice = 1
	nalIDR   = 5
	nalSPS   = 7
	nalPPS   = 8
)

// accessUnit makes a key frame out of an IDR picture, with the parameter sets
// before it; those may come in a packet, and a timestamp, of their own.
func (p *payloads) accessUnit(data []byte) (unit []byte, key bool) {
	var parameters []byte
	picture := false
	for nal := range nalUnits(data) {
		switch nal[4] & 0x1f {
		case nalSPS, nalPPS:
			parameters = append(parameters, nal...)
		case nalIDR:
			key, picture = true, true
		default:
			picture = picture || nal[4]&0x1f >= nalSlice && nal[4]&0x1f < nalIDR
		}
	}
	alone := len(parameters) == 0
	if !alone {
		p.parameters = parameters
	}
	if !picture {
		return nil, false
	}
	if key && alone {
		if len(p.parameters) == 0 {
			return nil, false // nobody could decode it
		}
		data = append(bytes.Clone(p.parameters), data...)
	}
	return data, key
}

// nalUnits yields the units of Annex B data made by the depacketizer, each with
// its four-byte start code.
func nalUnits(data []byte) func(func([]byte) bool) {
	start := []byte{0, 0, 0, 1}
	return func(yield func([]byte) bool) {
		for len(data) > len(start) {
			end := bytes.Index(data[len(start):], start)
			if end < 0 {
				end = len(data) - len(start)
			}
			if end > 0 && !yield(data[:len(start)+end]) {
				return
			}
			data = data[len(start)+end:]
		}
	}
}

// hasSequenceHeader reports whether an AV1 temporal unit can be decoded without
// what was before: encoders in calls send the header with each key frame only.
func hasSequenceHeader(unit []byte) bool {
	for len(unit) > 1 {
		kind, extended := unit[0]>>3&0xf, unit[0]>>2&1
		unit = unit[1+int(extended):]
		if kind == 1 {
			return true
		}
		size, shift := 0, 0
		for {
			if len(unit) == 0 || shift > 28 {
				return false
			}
			b := unit[0]
			unit = unit[1:]
			size |= int(b&0x7f) << shift
			shift += 7
			if b&0x80 == 0 {
				break
			}
		}
		if size > len(unit) {
			return false
		}
		unit = unit[size:]
	}
	return false
}

// filler reports whether a frame is the black picture, 8 by 8 or 2 by 2 pixels,
// with which LiveKit flushes decoders when a track ends (sfu/downtrack.go).
func filler(codec recording.Codec, data []byte) bool {
	switch codec {
	case recording.VP8:
		return bytes.HasPrefix(data, []byte{0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 8, 0, 8, 0})
	case recording.H264:
		return bytes.HasPrefix(data, []byte{0, 0, 0, 1, 0x67, 0x42, 0xc0, 0x1f, 0x0f, 0xd9, 0x1f, 0x88})
	case recording.VP9, recording.AV1, recording.Opus:
	}
	return false
}
