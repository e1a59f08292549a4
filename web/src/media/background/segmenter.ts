/**
 * Finds the person in a picture: MediaPipe's selfie segmentation with its own WebAssembly, all of it served by us.
 * The package is a classic script that puts its class on the window; its loader asks locateFile for everything else.
 */
import type { Results, SelfieSegmentation } from '@mediapipe/selfie_segmentation';
import graphUrl from '@mediapipe/selfie_segmentation/selfie_segmentation.binarypb?url';
import scriptUrl from '@mediapipe/selfie_segmentation/selfie_segmentation.js?url';
import squareUrl from '@mediapipe/selfie_segmentation/selfie_segmentation.tflite?url';
import landscapeUrl from '@mediapipe/selfie_segmentation/selfie_segmentation_landscape.tflite?url';
import loaderUrl from '@mediapipe/selfie_segmentation/selfie_segmentation_solution_simd_wasm_bin.js?url';
import wasmUrl from '@mediapipe/selfie_segmentation/selfie_segmentation_solution_simd_wasm_bin.wasm?url';

const files: Record<string, string> = {
  'selfie_segmentation.binarypb': graphUrl,
  'selfie_segmentation.tflite': squareUrl,
  'selfie_segmentation_landscape.tflite': landscapeUrl,
  'selfie_segmentation_solution_simd_wasm_bin.js': loaderUrl,
  'selfie_segmentation_solution_simd_wasm_bin.wasm': wasmUrl,
};

export type Mask = Results['segmentationMask'];

export interface Segmenter {
  /** The mask's alpha is how surely a pixel is the person. It is valid until the next call. */
  find(picture: HTMLCanvasElement): Promise<Mask | null>;
  close(): void;
}

declare global {
  interface Window {
    SelfieSegmentation?: typeof SelfieSegmentation;
  }
}

/** `landscape` picks the model that was made for pictures wider than high. */
export async function createSegmenter(landscape: boolean): Promise<Segmenter> {
  const Solution = await load();
  const solution = new Solution({
    locateFile(file) {
      const url = files[file];
      // All browsers we support have WebAssembly SIMD; the variant without it is not served.
      if (url === undefined) throw new Error(`no such file of the segmenter: ${file}`);
      return url;
    },
  });
  let mask: Mask | null = null;
  solution.onResults((results) => {
    mask = results.segmentationMask;
  });
  solution.setOptions({ modelSelection: landscape ? 1 : 0, selfieMode: false });
  await solution.initialize();
  return {
    async find(picture) {
      mask = null;
      await solution.send({ image: picture });
      return mask;
    },
    close: () => void solution.close().catch(() => undefined),
  };
}

let loading: Promise<typeof SelfieSegmentation> | null = null;

function load(): Promise<typeof SelfieSegmentation> {
  loading ??= new Promise<typeof SelfieSegmentation>((resolve, reject) => {
    const script = document.createElement('script');
    script.addEventListener('load', () => {
      if (window.SelfieSegmentation === undefined) reject(new Error('the segmenter is empty'));
      else resolve(window.SelfieSegmentation);
    });
    script.addEventListener('error', () => {
      script.remove();
      reject(new Error('the segmenter does not load'));
    });
    script.src = scriptUrl;
    document.head.append(script);
  }).catch((error: unknown) => {
    loading = null; // The network may be back at the next try.
    throw error;
  });
  return loading;
}
