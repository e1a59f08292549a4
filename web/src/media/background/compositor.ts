/**
 * Draws a person over a blurred room or a picture, on the graphics card. The person is cut out before the room is
 * blurred, so that no halo of hair and skin is left around them.
 */
import { blur, compose, cover, roomOnly, settleMask } from './shaders';

export type Picture = TexImageSource;

interface Target {
  readonly texture: WebGLTexture;
  readonly buffer: WebGLFramebuffer;
  readonly width: number;
  readonly height: number;
}

/** The room is blurred at this part of the width and height, and this often. */
const reduction = 4;
const blurRounds = 3;
/** How much of the former mask stays in a quiet picture. */
const keep = 0.5;

export class Compositor {
  readonly canvas: HTMLCanvasElement;
  private readonly gl: WebGL2RenderingContext;
  private readonly programs: Record<'settle' | 'room' | 'blur' | 'compose', WebGLProgram>;
  private readonly picture: WebGLTexture;
  private readonly fresh: WebGLTexture;
  private behind: { readonly texture: WebGLTexture; readonly aspect: number } | null = null;
  private masks: [Target, Target] | null = null;
  private rooms: [Target, Target] | null = null;

  constructor() {
    this.canvas = document.createElement('canvas');
    const gl = this.canvas.getContext('webgl2', { alpha: false, antialias: false, depth: false });
    if (gl === null) throw new Error('no WebGL 2');
    this.gl = gl;
    this.programs = {
      settle: link(gl, settleMask),
      room: link(gl, roomOnly),
      blur: link(gl, blur),
      compose: link(gl, compose),
    };
    this.picture = texture(gl);
    this.fresh = texture(gl);
  }

  /** The picture behind the person; null blurs the room. */
  setBehind(picture: HTMLCanvasElement | null): void {
    const { gl } = this;
    if (this.behind !== null) gl.deleteTexture(this.behind.texture);
    this.behind = null;
    if (picture === null) return;
    const behind = texture(gl);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, picture);
    this.behind = { texture: behind, aspect: picture.width / picture.height };
  }

  draw(picture: Picture, mask: Picture, width: number, height: number): void {
    this.resize(width, height);
    const { gl, masks, rooms, programs } = this;
    if (masks === null || rooms === null) return;
    upload(gl, this.picture, picture);
    upload(gl, this.fresh, mask);

    const [settled, former] = masks;
    this.pass(programs.settle, settled, { fresh: this.fresh, former: former.texture }, (uniform) => {
      gl.uniform1f(uniform('keep'), keep);
    });
    this.masks = [former, settled];

    let behind = this.behind?.texture;
    if (behind === undefined) {
      this.blurRoom(settled, rooms);
      behind = rooms[0].texture;
    }
    const crop = this.behind === null ? [1, 1, 0, 0] : cropTo(this.behind.aspect, width / height);
    this.pass(programs.compose, null, { picture: this.picture, mask: settled.texture, behind }, (uniform) => {
      gl.uniform4fv(uniform('crop'), crop);
    });
  }

  close(): void {
    this.gl.getExtension('WEBGL_lose_context')?.loseContext();
  }

  private blurRoom(mask: Target, [first, second]: [Target, Target]): void {
    const { gl, programs } = this;
    this.pass(programs.room, first, { picture: this.picture, mask: mask.texture });
    for (let round = 0; round < blurRounds; round++) {
      this.pass(programs.blur, second, { picture: first.texture }, (uniform) => {
        gl.uniform2f(uniform('direction'), 1 / first.width, 0);
      });
      this.pass(programs.blur, first, { picture: second.texture }, (uniform) => {
        gl.uniform2f(uniform('direction'), 0, 1 / first.height);
      });
    }
  }

  private resize(width: number, height: number): void {
    if (this.masks !== null && this.canvas.width === width && this.canvas.height === height) return;
    this.canvas.width = width;
    this.canvas.height = height;
    const { gl } = this;
    for (const old of [...(this.masks ?? []), ...(this.rooms ?? [])]) {
      gl.deleteTexture(old.texture);
      gl.deleteFramebuffer(old.buffer);
    }
    const w = Math.max(1, Math.round(width / reduction));
    const h = Math.max(1, Math.round(height / reduction));
    this.masks = [target(gl, w, h), target(gl, w, h)];
    this.rooms = [target(gl, w, h), target(gl, w, h)];
  }

  private pass(
    program: WebGLProgram,
    into: Target | null,
    inputs: Record<string, WebGLTexture>,
    set?: (uniform: (name: string) => WebGLUniformLocation | null) => void,
  ): void {
    const { gl } = this;
    const uniform = (name: string): WebGLUniformLocation | null => gl.getUniformLocation(program, name);
    gl.useProgram(program);
    gl.bindFramebuffer(gl.FRAMEBUFFER, into?.buffer ?? null);
    gl.viewport(0, 0, into?.width ?? this.canvas.width, into?.height ?? this.canvas.height);
    Object.entries(inputs).forEach(([name, input], unit) => {
      gl.activeTexture(gl.TEXTURE0 + unit);
      gl.bindTexture(gl.TEXTURE_2D, input);
      gl.uniform1i(uniform(name), unit);
    });
    set?.(uniform);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  }
}

/** Scale and offset that show the middle of a picture, filling the frame without distortion. */
export function cropTo(picture: number, frame: number): [number, number, number, number] {
  const x = Math.min(1, frame / picture);
  const y = Math.min(1, picture / frame);
  return [x, y, (1 - x) / 2, (1 - y) / 2];
}

function texture(gl: WebGL2RenderingContext): WebGLTexture {
  const made = gl.createTexture();
  gl.bindTexture(gl.TEXTURE_2D, made);
  for (const axis of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T])
    gl.texParameteri(gl.TEXTURE_2D, axis, gl.CLAMP_TO_EDGE);
  for (const filter of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER])
    gl.texParameteri(gl.TEXTURE_2D, filter, gl.LINEAR);
  return made;
}

function upload(gl: WebGL2RenderingContext, into: WebGLTexture, picture: Picture): void {
  gl.activeTexture(gl.TEXTURE0);
  gl.bindTexture(gl.TEXTURE_2D, into);
  gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, picture);
}

function target(gl: WebGL2RenderingContext, width: number, height: number): Target {
  const made = texture(gl);
  gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, width, height, 0, gl.RGBA, gl.UNSIGNED_BYTE, null);
  const buffer = gl.createFramebuffer();
  gl.bindFramebuffer(gl.FRAMEBUFFER, buffer);
  gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, made, 0);
  gl.clearColor(0, 0, 0, 1);
  gl.clear(gl.COLOR_BUFFER_BIT);
  return { texture: made, buffer, width, height };
}

function link(gl: WebGL2RenderingContext, fragment: string): WebGLProgram {
  const program = gl.createProgram();
  for (const [type, source] of [
    [gl.VERTEX_SHADER, cover],
    [gl.FRAGMENT_SHADER, fragment],
  ] as const) {
    const shader = gl.createShader(type);
    if (shader === null) throw new Error('the graphics context is lost');
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
    gl.deleteShader(shader);
  }
  gl.linkProgram(program);
  if (gl.getProgramParameter(program, gl.LINK_STATUS) !== true)
    throw new Error(`the compositor does not compile: ${gl.getProgramInfoLog(program) ?? ''}`);
  return program;
}
