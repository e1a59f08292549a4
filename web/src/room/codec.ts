/**
 * Which codec to send a camera in. VP8 with simulcast is what every browser
 * can; a scalable codec saves a third of the bits but costs the sender more,
 * so it is used only where the browser says that its encoder is at ease with
 * it. Where somebody in the room cannot decode it, the SFU asks for the backup
 * and the SDK falls back to VP8 for everyone.
 */
export type Codec = 'vp8' | 'vp9' | 'av1';

const scalable = [
  { codec: 'av1', contentType: 'video/AV1;profile=0' },
  { codec: 'vp9', contentType: 'video/VP9;profile-id=0' },
] as const;

/** The codec this browser encodes 720p in three spatial layers without effort. */
export async function bestCodec(can: (codec: Codec) => boolean): Promise<Codec> {
  // Some browsers have no MediaCapabilities at all, whatever the DOM types promise.
  const capabilities = navigator.mediaCapabilities as MediaCapabilities | undefined;
  if (capabilities === undefined) {
    return 'vp8';
  }
  for (const { codec, contentType } of scalable) {
    if (can(codec) && (await isAtEase(capabilities, contentType))) {
      return codec;
    }
  }
  return 'vp8';
}

async function isAtEase(capabilities: MediaCapabilities, contentType: string): Promise<boolean> {
  try {
    const info = await capabilities.encodingInfo({
      type: 'webrtc',
      video: {
        contentType,
        width: 1280,
        height: 720,
        bitrate: 1_200_000,
        framerate: 30,
        scalabilityMode: 'L3T3_KEY',
      },
    });
    return info.supported && info.smooth && info.powerEfficient;
  } catch {
    // Browsers that do not know "webrtc" or the mode refuse with a TypeError.
    return false;
  }
}
