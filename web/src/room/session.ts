/**
 * One connection to the SFU, from its token to its end. It takes media and
 * tells the board; who is in the room and what they may is the live channel's
 * business, so participants the channel does not know are never shown.
 */
import {
  ConnectionQuality,
  ConnectionState,
  LogLevel,
  type Participant,
  RemoteParticipant,
  type RemoteTrack,
  type RemoteTrackPublication,
  Room,
  RoomEvent,
  setLogLevel,
  Track,
  VideoQuality,
} from 'livekit-client';
import { type LiveState, receivesCamera, useLive } from '@/live';
import { type DataSaver, media } from '@/media';
import { board, type Picture, type Quality, type SeatMedia } from './board';
import { clear, nextCongestion } from './congestion';
import { demand } from './demand';
import { Publisher } from './publisher';
import { useRoom } from './store';

// A cut is told to the person by us; the SDK's own words would only fill the console.
setLogLevel(LogLevel.silent);

/** How often the state of the network is looked at, ms. */
const lookEvery = 2000;

const qualities: Record<ConnectionQuality, Quality> = {
  [ConnectionQuality.Excellent]: 'good',
  [ConnectionQuality.Good]: 'good',
  [ConnectionQuality.Poor]: 'poor',
  [ConnectionQuality.Lost]: 'lost',
  [ConnectionQuality.Unknown]: 'unknown',
};

export class Session {
  readonly publisher: Publisher;
  readonly #room: Room;
  readonly #sound: HTMLElement;
  readonly #cleanup: (() => void)[] = [];
  #congestion = clear;

  /**
   * @param seat my seat, the identity at the SFU
   * @param ended called once when the connection is gone for good and nobody asked for it
   */
  constructor(
    readonly seat: string,
    private readonly ended: () => void,
  ) {
    this.#room = new Room({
      adaptiveStream: true,
      dynacast: true,
      // The devices belong to src/media; a connection's end must not close them.
      stopLocalTrackOnUnpublish: false,
      audioOutput: { deviceId: media.getState().speaker.deviceId },
    });
    this.publisher = new Publisher(this.#room);
    this.#sound = document.createElement('div');
    this.#sound.hidden = true;
    document.body.append(this.#sound);
    this.#listen();
  }

  get connected(): boolean {
    return this.#room.state === ConnectionState.Connected;
  }

  /** Connects to this page's own origin. Rejects when the SFU is out of reach or refuses the token. */
  async connect(token: string): Promise<void> {
    const url = new URL('/', location.href);
    url.protocol = url.protocol === 'http:' ? 'ws:' : 'wss:';
    await this.#room.connect(url.href, token, { autoSubscribe: false });
    board.keep(new Set([...this.#room.remoteParticipants.keys(), this.seat]));
    for (const participant of this.#room.remoteParticipants.values()) {
      this.#refresh(participant);
    }
    this.publisher.settle();
  }

  /** The person tapped: now sound may play. */
  async unlockSound(): Promise<void> {
    await this.#room.startAudio();
  }

  /** Ends the connection without telling `ended`. */
  close(): void {
    for (const undo of this.#cleanup) {
      undo();
    }
    this.publisher.stop();
    this.#room.removeAllListeners();
    void this.#room.disconnect(false);
    this.#sound.remove();
  }

  #listen(): void {
    const refresh = (participant: Participant): void => {
      this.#refresh(participant);
    };
    // A stopping server sends everybody away; while the live channel is cut, pictures stay as they are.
    const told = (): boolean => useLive.getState().phase === 'open';
    this.#room
      .on(RoomEvent.ParticipantConnected, refresh)
      .on(RoomEvent.ParticipantDisconnected, (participant) => {
        if (told()) {
          board.drop(participant.identity);
        }
      })
      .on(RoomEvent.TrackPublished, (_, participant) => {
        refresh(participant);
      })
      .on(RoomEvent.TrackUnpublished, (_, participant) => {
        if (told()) {
          refresh(participant);
        }
      })
      .on(RoomEvent.TrackMuted, (_, participant) => {
        refresh(participant);
      })
      .on(RoomEvent.TrackUnmuted, (_, participant) => {
        refresh(participant);
      })
      .on(RoomEvent.TrackStreamStateChanged, (_publication, _state, participant) => {
        refresh(participant);
      })
      .on(RoomEvent.TrackSubscribed, this.#subscribed)
      .on(RoomEvent.TrackUnsubscribed, this.#unsubscribed)
      .on(RoomEvent.ConnectionQualityChanged, (_, participant) => {
        refresh(participant);
      })
      .on(RoomEvent.ActiveSpeakersChanged, (speakers) => {
        board.setSpeakers(speakers.map((speaker) => speaker.identity));
      })
      .on(RoomEvent.AudioPlaybackStatusChanged, () => {
        useRoom.setState({ soundBlocked: !this.#room.canPlaybackAudio });
      })
      .on(RoomEvent.Reconnecting, () => {
        useRoom.setState({ phase: 'lost' });
      })
      .on(RoomEvent.Reconnected, () => {
        useRoom.setState({ phase: 'open' });
        this.publisher.settle();
      })
      .on(RoomEvent.Disconnected, () => {
        board.freeze();
        this.ended();
      });
    this.#watch();
  }

  /** What of the rest of the client changes what we receive. */
  #watch(): void {
    const timer = setInterval(() => {
      this.#lookAtNetwork();
    }, lookEvery);
    demand.onChange = (seat) => {
      const participant = this.#room.remoteParticipants.get(seat);
      if (participant !== undefined) {
        this.#refresh(participant);
      }
    };
    this.#cleanup.push(
      () => {
        clearInterval(timer);
      },
      useLive.subscribe((state, before) => {
        if (state.phase === 'open' && (state.rights !== before.rights || state.seats !== before.seats)) {
          this.#look(state, before);
        }
      }),
      media.subscribe((state, before) => {
        if (state.speaker.deviceId !== before.speaker.deviceId) {
          void this.#useSpeaker(state.speaker.deviceId);
        }
        if (state.dataSaver !== before.dataSaver) {
          for (const participant of this.#room.remoteParticipants.values()) {
            this.#refresh(participant);
          }
        }
      }),
    );
  }

  /** A rule or a role changed whose camera I may see. */
  #look(state: LiveState, before: LiveState): void {
    for (const participant of this.#room.remoteParticipants.values()) {
      if (receivesCamera(state, participant.identity) !== receivesCamera(before, participant.identity)) {
        this.#refresh(participant);
      }
    }
  }

  async #useSpeaker(id: string): Promise<void> {
    try {
      await this.#room.switchActiveDevice('audiooutput', id);
    } catch {
      // The device vanished between choice and use; src/media notices and chooses another.
    }
  }

  readonly #subscribed = (
    track: RemoteTrack,
    publication: RemoteTrackPublication,
    participant: RemoteParticipant,
  ): void => {
    if (track.kind === Track.Kind.Audio) {
      this.#sound.append(track.attach());
    } else {
      this.#limit(publication, media.getState().dataSaver);
    }
    this.#refresh(participant);
  };

  readonly #unsubscribed = (
    track: RemoteTrack,
    _: RemoteTrackPublication,
    participant: RemoteParticipant,
  ): void => {
    for (const element of track.detach()) {
      if (track.kind === Track.Kind.Audio) {
        element.remove();
      }
    }
    if (useLive.getState().phase === 'open') {
      this.#refresh(participant);
    }
  };

  /** Brings subscriptions and the board in line with what a participant sends now. */
  #refresh(participant: Participant): void {
    if (participant instanceof RemoteParticipant) {
      this.#subscribe(participant);
      const media = describe(participant);
      const seen = receivesCamera(useLive.getState(), participant.identity);
      board.put(participant.identity, seen ? media : { ...media, camera: null });
      return;
    }
    const quality = qualities[participant.connectionQuality];
    board.put(this.seat, { ...board.seat(this.seat), quality });
  }

  #subscribe(participant: RemoteParticipant): void {
    const { dataSaver } = media.getState();
    for (const publication of participant.trackPublications.values()) {
      const source = videoSource(publication.source);
      const hidden = source === 'camera' && !receivesCamera(useLive.getState(), participant.identity);
      const looked = dataSaver !== 'audio' && !hidden && source !== null;
      const wanted = source === null || (looked && demand.wants(participant.identity, source));
      if (publication.isDesired !== wanted) {
        publication.setSubscribed(wanted);
      }
      if (source !== null && publication.isSubscribed) {
        this.#limit(publication, dataSaver);
      }
    }
  }

  /** A shared screen must stay readable, also for those who save data. */
  #limit(publication: RemoteTrackPublication, dataSaver: DataSaver): void {
    const low = dataSaver === 'low' && publication.source !== Track.Source.ScreenShare;
    publication.setVideoQuality(low ? VideoQuality.LOW : VideoQuality.HIGH);
  }

  #lookAtNetwork(): void {
    if (!this.connected) {
      return;
    }
    const held = [...this.#room.remoteParticipants.values()].some((participant) => {
      const { camera, screen } = board.seat(participant.identity);
      return camera?.paused === true || screen?.paused === true;
    });
    const own = qualities[this.#room.localParticipant.connectionQuality];
    const bad = held || own === 'poor' || own === 'lost';
    this.#congestion = nextCongestion(this.#congestion, bad, performance.now());
    if (useRoom.getState().congested !== this.#congestion.congested) {
      useRoom.setState({ congested: this.#congestion.congested });
    }
  }
}

function videoSource(source: Track.Source): 'camera' | 'screen' | null {
  switch (source) {
    case Track.Source.Camera:
      return 'camera';
    case Track.Source.ScreenShare:
      return 'screen';
    default:
      return null;
  }
}

function picture(participant: RemoteParticipant, source: Track.Source): Picture | null {
  const publication = participant.getTrackPublication(source);
  if (publication === undefined || publication.isMuted) {
    return null;
  }
  const { videoTrack } = publication;
  return {
    video: videoTrack ?? null,
    paused: videoTrack?.streamState === Track.StreamState.Paused && publication.isEnabled,
  };
}

function describe(participant: RemoteParticipant): SeatMedia {
  const microphone = participant.getTrackPublication(Track.Source.Microphone);
  return {
    camera: picture(participant, Track.Source.Camera),
    screen: picture(participant, Track.Source.ScreenShare),
    microphone: microphone === undefined ? 'none' : microphone.isMuted ? 'muted' : 'on',
    quality: qualities[participant.connectionQuality],
  };
}
