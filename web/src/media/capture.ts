/**
 * One microphone or camera as a state machine: whatever happens (the person's wish, a plug pulled, a permission
 * changed), somebody restates the aim and settle() brings the device to it, one step at a time and never two at once.
 */
import type { Effect, EffectMaker } from './environment';
import { type Failure, failureOf } from './failure';
import { type DeviceReason, type DeviceState, type Facing, SYSTEM_DEFAULT } from './state';

export interface Aim {
  readonly open: boolean;
  /** Whether the final track carries sound or picture; false is a muted microphone. */
  readonly enabled: boolean;
  /** The device chosen, or SYSTEM_DEFAULT. */
  readonly chosen: string;
  readonly constraints: MediaTrackConstraints;
  readonly effect: AimedEffect | null;
}

export interface AimedEffect {
  /** Two effects with one key are the same. */
  readonly key: string;
  readonly make: EffectMaker;
  /** The bare track may not be used in its place. */
  readonly required: boolean;
}

export interface Snapshot {
  readonly state: DeviceState;
  readonly reason: DeviceReason | null;
  readonly track: MediaStreamTrack | null;
  readonly activeId: string;
  readonly label: string;
  readonly facing: Facing | null;
}

export const closed: Snapshot = {
  state: 'off',
  reason: null,
  track: null,
  activeId: '',
  label: '',
  facing: null,
};

export interface CaptureHooks {
  /** Opens a device; rejects as getUserMedia does. */
  open(constraints: MediaTrackConstraints): Promise<MediaStreamTrack>;
  permission(): Promise<PermissionState | null>;
  /** The ids present now, null while the browser does not tell them. */
  present(): ReadonlySet<string> | null;
  /** Changes when the system's default becomes another device. */
  defaultIdentity(): string;
  /** A device has been opened: names can be known now. */
  opened(): Promise<void>;
  publish(snapshot: Snapshot): void;
  tell(
    event: 'lost' | 'gone' | 'returned' | 'followed' | 'unusable' | 'noise',
    from: string,
    to: string,
  ): void;
}

interface Open {
  readonly key: string;
  /** What was asked for: the chosen id or SYSTEM_DEFAULT. */
  readonly device: string;
  readonly raw: MediaStreamTrack;
}

/** How long opening takes at most when no prompt is in the way, where the browser does not say, in milliseconds. */
const promptAfter = 400;
/** A device that ends this often without having lived livesAfter milliseconds is given up. */
const deathsAllowed = 3;
const livesAfter = 2000;

export class Capture {
  private aim: Aim;
  private opened: Open | null = null;
  private effect: { readonly key: string; readonly running: Effect } | null = null;
  private effectRefused: string | null = null;
  private failure: { readonly key: string; readonly failure: Failure } | null = null;
  private readonly unusable = new Set<string>();
  private lostLabel: string | null = null;
  private deaths = 0;
  private settling = false;
  private again = false;
  private last: Snapshot = closed;
  /** Another device than the chosen one is in use. */
  private fallenBack = false;
  /** The browser has been asked for the device and has not answered. */
  private waiting: 'asking' | 'starting' | null = null;

  private readonly hooks: CaptureHooks;

  constructor(aim: Aim, hooks: CaptureHooks) {
    this.aim = aim;
    this.hooks = hooks;
  }

  /** States what is wanted now. Closing and muting happen before this returns. */
  aimAt(aim: Aim): void {
    if (!aim.open) this.forget();
    if (aim.chosen !== this.aim.chosen) {
      this.unusable.delete(aim.chosen);
      this.failure = null;
    }
    if (aim.effect?.key !== this.aim.effect?.key) {
      this.effectRefused = null;
      if (this.failure?.failure.reason === 'background') this.failure = null;
    }
    this.aim = aim;
    this.enable();
    if (!aim.open) this.close();
    else if (this.waiting !== null) this.publish({ ...closed, state: this.waiting });
    void this.settle();
  }

  /** The person asks to try again, or the browser now allows what it refused. */
  retry(): void {
    this.forget();
    void this.settle();
  }

  /** Something was plugged in or out, or the system's default is another one. */
  devicesChanged(): void {
    const present = this.hooks.present();
    for (const id of this.unusable) if (present?.has(id) === false) this.unusable.delete(id);
    const state = this.failure?.failure.state;
    // A refused permission is not asked for again because of a headset.
    if (state === 'missing' || state === 'busy') this.failure = null;
    void this.settle();
  }

  private forget(): void {
    this.failure = null;
    this.effectRefused = null;
    this.deaths = 0;
    this.unusable.clear();
  }

  private async settle(): Promise<void> {
    this.again = true;
    if (this.settling) return;
    this.settling = true;
    try {
      while (this.again) {
        this.again = false;
        await this.step();
      }
    } finally {
      this.settling = false;
    }
  }

  private async step(): Promise<void> {
    if (!this.aim.open) {
      this.close();
      return;
    }
    const device = this.resolve();
    const key = this.keyOf(device);
    if (this.opened?.key !== key) {
      const failure = this.failure;
      if (failure !== null && (failure.key === key || failure.failure.state === 'blocked')) return;
      await this.reopen(device, key);
      return;
    }
    const open = this.opened;
    // Whatever closed it while the effect was prepared has called for another step.
    if ((await this.applyEffect(open)) && this.opened === open) this.show(open);
  }

  /** The chosen device, or the system's while the chosen one is away or does not open. */
  private resolve(): string {
    const { chosen } = this.aim;
    if (chosen === SYSTEM_DEFAULT || this.unusable.has(chosen)) return SYSTEM_DEFAULT;
    const present = this.hooks.present();
    return present === null || present.has(chosen) ? chosen : SYSTEM_DEFAULT;
  }

  private keyOf(device: string, constraints = this.aim.constraints): string {
    const which = device === SYSTEM_DEFAULT ? `default ${this.hooks.defaultIdentity()}` : device;
    return `${which}\n${JSON.stringify(constraints)}`;
  }

  private async reopen(device: string, key: string): Promise<void> {
    const before = this.opened;
    const beforeLabel = before?.raw.label ?? this.lostLabel ?? '';
    // Phones open one camera at a time and iOS silences the first of two microphones: close before opening.
    this.drop();
    const { constraints } = this.aim;
    let raw: MediaStreamTrack;
    try {
      raw = await this.ask(device);
    } catch (error) {
      if (this.aim.open) await this.refused(device, key, beforeLabel, error);
      return;
    }
    await this.hooks.opened();
    // The wish may have changed while the prompt was open, and the plug been pulled.
    if (!this.aim.open || this.resolve() !== device || raw.readyState === 'ended') {
      raw.stop();
      this.again = true;
      return;
    }
    // Names and the default may have become known only now: that is not a change.
    this.opened = { key: this.keyOf(device, constraints), device, raw };
    const openedAt = performance.now();
    raw.addEventListener('ended', () => {
      this.ended(raw, performance.now() - openedAt);
    });
    this.failure = null;
    this.enable();
    this.tellChange(before, beforeLabel, device, raw.label);
    this.again = true;
  }

  private tellChange(before: Open | null, from: string, device: string, to: string): void {
    if (this.lostLabel !== null) {
      this.lostLabel = null;
      // The same device under the same name has merely been replugged.
      if (from !== to) this.hooks.tell('lost', from, to);
    } else if (before !== null && before.device === device && device === SYSTEM_DEFAULT) {
      if (from !== to) this.hooks.tell('followed', from, to);
    } else if (before !== null && before.device === SYSTEM_DEFAULT && this.fallenBack) {
      this.hooks.tell('returned', from, to);
    }
    this.fallenBack = device !== this.aim.chosen;
  }

  private async ask(device: string): Promise<MediaStreamTrack> {
    const constraints: MediaTrackConstraints =
      device === SYSTEM_DEFAULT
        ? this.aim.constraints
        : { ...this.aim.constraints, deviceId: { exact: device } };
    const permission = await this.hooks.permission();
    this.wait(permission === 'prompt' ? 'asking' : 'starting');
    const timer =
      permission === null
        ? setTimeout(() => {
            this.wait('asking');
          }, promptAfter)
        : undefined;
    try {
      return await this.hooks.open(constraints);
    } finally {
      clearTimeout(timer);
      this.waiting = null;
    }
  }

  private wait(state: 'asking' | 'starting'): void {
    this.waiting = state;
    if (this.aim.open) this.publish({ ...closed, state });
  }

  private async refused(device: string, key: string, from: string, error: unknown): Promise<void> {
    const failure = failureOf(error, await this.hooks.permission());
    if (failure.state !== 'blocked' && device !== SYSTEM_DEFAULT) {
      this.unusable.add(device);
      if (this.lostLabel === null) this.hooks.tell('unusable', from, '');
      this.again = true;
      return;
    }
    if (this.lostLabel !== null) {
      if (failure.state === 'missing') this.hooks.tell('gone', this.lostLabel, '');
      this.lostLabel = null;
    }
    this.failure = { key, failure };
    this.publish({ ...closed, state: failure.state, reason: failure.reason });
  }

  /** Brings the effect to the aim. True when there is something to show. */
  private async applyEffect(open: Open): Promise<boolean> {
    const wanted = this.aim.effect;
    const key = wanted === null ? '' : `${open.raw.id}\n${wanted.key}`;
    if (wanted === null || this.effectRefused === key) {
      this.endEffect();
      return wanted === null || !wanted.required;
    }
    if (this.effect?.key === key) return true;
    let running: Effect;
    try {
      running = await wanted.make(open.raw, () => {
        this.effectFailed(wanted, key);
      });
    } catch {
      this.effectFailed(wanted, key);
      return false;
    }
    if (this.opened !== open || this.aim.effect?.key !== wanted.key) {
      running.stop();
      this.again = true;
      return false;
    }
    // The old effect runs until the new one delivers, so that the picture never falls back to the bare one.
    this.endEffect();
    this.effect = { key, running };
    this.enable();
    return true;
  }

  private effectFailed(wanted: AimedEffect, key: string): void {
    if (this.opened === null || !key.startsWith(`${this.opened.raw.id}\n`)) return;
    this.effectRefused = key;
    if (wanted.required) {
      this.drop();
      const failure: Failure = { state: 'failed', reason: 'background' };
      this.failure = { key: this.keyOf(this.resolve()), failure };
      this.publish({ ...closed, ...failure });
    } else {
      this.hooks.tell('noise', '', '');
      void this.settle();
    }
  }

  private ended(raw: MediaStreamTrack, lived: number): void {
    if (this.opened?.raw !== raw) return;
    this.deaths = lived < livesAfter ? this.deaths + 1 : 0;
    this.lostLabel = raw.label;
    this.drop();
    if (this.deaths >= deathsAllowed) {
      this.failure = { key: this.keyOf(this.resolve()), failure: { state: 'busy', reason: null } };
      this.publish({ ...closed, state: 'busy' });
      return;
    }
    void this.hooks.opened().then(() => this.settle());
  }

  private show(open: Open): void {
    const settings = open.raw.getSettings();
    const facing = settings.facingMode;
    this.publish({
      state: 'on',
      reason: null,
      track: this.effect?.running.track ?? open.raw,
      activeId: settings.deviceId ?? '',
      label: open.raw.label,
      facing: facing === 'user' || facing === 'environment' ? facing : null,
    });
  }

  private enable(): void {
    const enabled = this.aim.enabled;
    if (this.opened !== null) this.opened.raw.enabled = enabled;
    if (this.effect !== null) this.effect.running.track.enabled = enabled;
  }

  private endEffect(): void {
    this.effect?.running.stop();
    this.effect = null;
  }

  private drop(): void {
    this.endEffect();
    const open = this.opened;
    this.opened = null;
    open?.raw.stop();
  }

  private close(): void {
    this.drop();
    this.lostLabel = null;
    this.fallenBack = false;
    this.publish(closed);
  }

  private publish(snapshot: Snapshot): void {
    const last = this.last;
    if (
      last.state === snapshot.state &&
      last.reason === snapshot.reason &&
      last.track === snapshot.track &&
      last.activeId === snapshot.activeId &&
      last.label === snapshot.label
    )
      return;
    this.last = snapshot;
    this.hooks.publish(snapshot);
  }
}
