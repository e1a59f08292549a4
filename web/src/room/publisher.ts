/**
 * Brings what is published in line with what the person wants and may: the
 * final tracks of src/media, and the shared screen. Every change ends here as
 * "settle", one at a time, comparing the wish with what LiveKit really has.
 */
import {
  LocalAudioTrack,
  LocalVideoTrack,
  ParticipantEvent,
  type LocalTrack,
  type Room,
  ScreenSharePresets,
  supportsAV1,
  supportsVP9,
  Track,
  type TrackPublishOptions,
  VideoPresets,
} from 'livekit-client';
import { useLive } from '@/live';
import { media } from '@/media';
import { bestCodec, type Codec } from './codec';

/** Ms until a refused publication is tried again: the SFU learns of rights a moment after we do. */
const retryAfter = 1000;

const can = (codec: Codec): boolean => codec === 'vp8' || (codec === 'vp9' ? supportsVP9() : supportsAV1());

const microphoneOptions: TrackPublishOptions = {
  source: Track.Source.Microphone,
  audioPreset: { maxBitrate: 32_000 },
  dtx: true,
  red: true,
};

const screenOptions: TrackPublishOptions = {
  source: Track.Source.ScreenShare,
  videoCodec: 'vp8',
  simulcast: true,
  screenShareEncoding: { maxBitrate: 3_000_000, maxFramerate: 30 },
  screenShareSimulcastLayers: [ScreenSharePresets.h360fps15],
};

/** Music and films: stereo, without silence suppression. */
const screenSoundOptions: TrackPublishOptions = {
  source: Track.Source.ScreenShareAudio,
  audioPreset: { maxBitrate: 96_000 },
  dtx: false,
  red: false,
};

function cameraOptions(codec: Codec): TrackPublishOptions {
  return {
    source: Track.Source.Camera,
    videoCodec: codec,
    backupCodec: codec === 'vp8' ? false : { codec: 'vp8' },
    simulcast: true,
    videoSimulcastLayers: [VideoPresets.h180, VideoPresets.h360],
    videoEncoding: { maxBitrate: 1_700_000, maxFramerate: 30 },
  };
}

/** Under exactOptionalPropertyTypes the SDK's own audio track does not match the SDK's own interface. */
function asTrack(track: LocalAudioTrack | LocalVideoTrack): LocalTrack {
  return track as LocalTrack;
}

export class Publisher {
  #screen: MediaStream | null = null;
  #dirty = false;
  #settling: Promise<void> | null = null;
  #stopped = false;
  #retry: ReturnType<typeof setTimeout> | undefined;
  readonly #unsubscribe: (() => void)[];

  constructor(private readonly room: Room) {
    this.#unsubscribe = [
      media.subscribe((state, before) => {
        if (state.microphone !== before.microphone || state.camera !== before.camera) {
          this.settle();
        }
      }),
      useLive.subscribe((state, before) => {
        if (state.rights !== before.rights) {
          this.settle();
        }
      }),
    ];
    room.localParticipant.on(ParticipantEvent.ParticipantPermissionsChanged, this.settle);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#retry);
    for (const unsubscribe of this.#unsubscribe) {
      unsubscribe();
    }
    this.room.localParticipant.off(ParticipantEvent.ParticipantPermissionsChanged, this.settle);
  }

  /** Publishes the screen, or takes it back with null. */
  setScreen(screen: MediaStream | null): void {
    this.#screen = screen;
    this.settle();
  }

  readonly settle = (): void => {
    this.#dirty = true;
    this.#settling ??= this.#run().finally(() => {
      this.#settling = null;
    });
  };

  async #run(): Promise<void> {
    while (this.#dirty && !this.#stopped) {
      this.#dirty = false;
      const done = await Promise.allSettled([
        this.#microphone(),
        this.#camera(),
        this.#share(Track.Source.ScreenShare, this.#screen?.getVideoTracks()[0]),
        this.#share(Track.Source.ScreenShareAudio, this.#screen?.getAudioTracks()[0]),
      ]);
      if (done.some((result) => result.status === 'rejected')) {
        clearTimeout(this.#retry);
        this.#retry = setTimeout(this.settle, retryAfter);
      }
    }
  }

  async #microphone(): Promise<void> {
    const { track, wanted } = media.getState().microphone;
    const local = this.room.localParticipant;
    const publication = local.getTrackPublication(Track.Source.Microphone);
    const published = publication?.audioTrack;
    if (!useLive.getState().rights.has('speak')) {
      await this.#unpublish(published);
      return;
    }
    if (published instanceof LocalAudioTrack) {
      // Silence first: nobody is heard a moment longer than they want.
      if (!wanted || track === null) {
        await published.mute();
      }
      if (track !== null) {
        await published.replaceTrack(track, { userProvidedTrack: true });
      }
      if (wanted && track !== null) {
        await published.unmute();
      }
      return;
    }
    if (track !== null) {
      const fresh = new LocalAudioTrack(track, undefined, true);
      if (!wanted) {
        await fresh.mute();
      }
      await local.publishTrack(asTrack(fresh), microphoneOptions);
    }
  }

  async #camera(): Promise<void> {
    const { track, wanted } = media.getState().camera;
    const local = this.room.localParticipant;
    const published = local.getTrackPublication(Track.Source.Camera)?.videoTrack;
    if (!useLive.getState().rights.has('camera')) {
      await this.#unpublish(published);
      return;
    }
    if (published instanceof LocalVideoTrack) {
      if (!wanted || track === null) {
        await published.mute();
        return;
      }
      await published.replaceTrack(track, { userProvidedTrack: true });
      await published.unmute();
      return;
    }
    if (wanted && track !== null) {
      const codec = await bestCodec(can);
      await local.publishTrack(new LocalVideoTrack(track, undefined, true), cameraOptions(codec));
    }
  }

  async #share(
    source: Track.Source.ScreenShare | Track.Source.ScreenShareAudio,
    wanted: MediaStreamTrack | undefined,
  ): Promise<void> {
    const local = this.room.localParticipant;
    const published = local.getTrackPublication(source)?.track;
    if (published?.mediaStreamTrack === wanted) {
      return;
    }
    await this.#unpublish(published);
    if (wanted?.readyState !== 'live') {
      return;
    }
    await (source === Track.Source.ScreenShare
      ? local.publishTrack(new LocalVideoTrack(wanted, undefined, true), screenOptions)
      : local.publishTrack(asTrack(new LocalAudioTrack(wanted, undefined, true)), screenSoundOptions));
  }

  async #unpublish(track: Track | undefined): Promise<void> {
    if (track instanceof LocalAudioTrack || track instanceof LocalVideoTrack) {
      await this.room.localParticipant.unpublishTrack(asTrack(track), false);
    }
  }
}
