#!/bin/sh
# Makes the spoken announcements of src/features/recording/clips anew: `sh
# scripts/clips.sh`. Needs espeak-ng and ffmpeg (Debian packages of these names).
#
# The voices are espeak-ng's own (not MBROLA's, whose licences forbid commercial
# use). What a speech synthesiser says is no copy of it, so that the GPL of
# espeak-ng does not extend to the files. MP3 is what every browser plays; 24 kbit/s
# mono keeps each below 15 kB.
set -eu
cd "$(dirname "$0")/../src/features/recording/clips"
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT

say() { # language, voice, clip, words
  espeak-ng -v "$2" -s 145 -p 42 -w "$work/clip.wav" "$4"
  # A moment of silence first: speakers that slept swallow the first syllable.
  ffmpeg -y -loglevel error -i "$work/clip.wav" -map_metadata -1 -fflags +bitexact -flags:a +bitexact \
    -af 'highpass=f=90,lowpass=f=7000,loudnorm=I=-23:TP=-3,adelay=120,apad=pad_dur=0.1' \
    -ac 1 -ar 22050 -c:a libmp3lame -b:a 24k -write_xing 0 "$1-$3.mp3"
}

say en en-gb started 'This meeting is being recorded.'
say en en-gb paused 'The recording is paused.'
say en en-gb resumed 'The recording goes on.'
say en en-gb ended 'The recording has ended.'
say de de started 'Diese Besprechung wird aufgezeichnet.'
say de de paused 'Die Aufzeichnung ist unterbrochen.'
say de de resumed 'Die Aufzeichnung geht weiter.'
say de de ended 'Die Aufzeichnung ist beendet.'
say fr fr-fr started 'Cette réunion est enregistrée.'
say fr fr-fr paused 'L’enregistrement est en pause.'
say fr fr-fr resumed 'L’enregistrement reprend.'
say fr fr-fr ended 'L’enregistrement est terminé.'
say nl nl started 'Deze vergadering wordt opgenomen.'
say nl nl paused 'De opname is gepauzeerd.'
say nl nl resumed 'De opname gaat verder.'
say nl nl ended 'De opname is beëindigd.'
