/** The GLSL ES 3.00 programs of the compositor. */

/** One triangle that covers the target. Pictures are uploaded top row first, so v = 0 is their top. */
export const cover = `#version 300 es
out vec2 uv;
void main() {
  vec2 corner = vec2(float((gl_VertexID << 1) & 2), float(gl_VertexID & 2));
  uv = vec2(corner.x, corner.y);
  gl_Position = vec4(corner * 2.0 - 1.0, 0.0, 1.0);
}`;

/** Mixes the new mask into the old one, so that edges do not flicker from frame to frame. */
export const settleMask = `#version 300 es
precision mediump float;
uniform sampler2D fresh;
uniform sampler2D former;
uniform float keep;
in vec2 uv;
out vec4 color;
void main() {
  float now = texture(fresh, uv).a;
  float before = texture(former, uv).r;
  // Large changes are movement and are followed at once.
  float moved = smoothstep(0.2, 0.6, abs(now - before));
  color = vec4(mix(now, before, keep * (1.0 - moved)), 0.0, 0.0, 1.0);
}`;

/** The room without the person, premultiplied by how surely each pixel is room. */
export const roomOnly = `#version 300 es
precision mediump float;
uniform sampler2D picture;
uniform sampler2D mask;
in vec2 uv;
out vec4 color;
void main() {
  float room = 1.0 - smoothstep(0.05, 0.5, texture(mask, uv).r) * 0.996;
  color = vec4(texture(picture, uv).rgb * room, room);
}`;

/** One direction of a Gaussian blur, 13 taps, sigma 4 texels. */
export const blur = `#version 300 es
precision mediump float;
uniform sampler2D picture;
uniform vec2 direction;
in vec2 uv;
out vec4 color;
void main() {
  vec4 sum = vec4(0.0);
  float total = 0.0;
  for (int i = -6; i <= 6; i++) {
    float weight = exp(-float(i * i) / 32.0);
    sum += texture(picture, uv + direction * float(i)) * weight;
    total += weight;
  }
  color = sum / total;
}`;

/** The person over a room that is blurred (premultiplied) or a picture. The canvas has its origin at the bottom. */
export const compose = `#version 300 es
precision mediump float;
uniform sampler2D picture;
uniform sampler2D mask;
uniform sampler2D behind;
uniform vec4 crop;
in vec2 uv;
out vec4 color;
void main() {
  vec2 at = vec2(uv.x, 1.0 - uv.y);
  float person = smoothstep(0.5, 0.85, texture(mask, at).r);
  vec4 room = texture(behind, at * crop.xy + crop.zw);
  color = vec4(mix(room.rgb / max(room.a, 0.004), texture(picture, at).rgb, person), 1.0);
}`;
