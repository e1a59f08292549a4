/**
 * One object per thing a person can do in a call. The bar, the menus, the
 * keyboard shortcuts and their list are all made from these objects, so that
 * a name, a key or the reason of a refusal is written once.
 */
import type { ComponentType } from 'react';
import { type LiveState, useLive } from '@/live';
import { type Media, media } from '@/media';
import { type RoomState, useRoom } from '@/room';
import type { resources } from '@/i18n/resources.gen';
import { type CallState, useCall } from './store';

/** A message with its namespace: `bar:microphone`. */
export type MessageKey = {
  [N in keyof resources]: `${N}:${Extract<keyof resources[N], string>}`;
}[keyof resources];

/** Everything an action may depend on, as of now. */
export interface ActionContext {
  readonly live: LiveState;
  readonly media: Media;
  readonly room: RoomState;
  readonly call: CallState;
}

/** How an action stands at the moment. */
export interface ActionState {
  /** Not offered at all: the browser cannot, or the role never may. */
  readonly hidden?: boolean;
  /** For toggles: aria-pressed. Left out for plain buttons. */
  readonly pressed?: boolean;
  /** Offered but not possible now; the message key of the reason, shown and announced. */
  readonly why?: MessageKey | undefined;
  /** A count to show on the button. */
  readonly badge?: number;
  /** The count asks something of the person. */
  readonly calls?: boolean;
}

/** A thing a person can do. */
export interface Action {
  readonly id: string;
  /** Message key of the accessible name, the same in every state. */
  readonly label: MessageKey;
  /** Message key of the tooltip where it says more than the label, by state. */
  readonly hint?: (context: ActionContext) => MessageKey;
  readonly icon: (context: ActionContext) => ComponentType<{ size?: number | string }>;
  /** KeyboardEvent.key in lower case, without modifiers: `m`, `?`. */
  readonly shortcut?: string;
  readonly state: (context: ActionContext) => ActionState;
  readonly run: (context: ActionContext) => void | Promise<void>;
  /** Message key of what a screen reader hears after it ran; gets the context of before. */
  readonly announcement?: (before: ActionContext) => MessageKey;
}

/** The context as of this moment, for handlers. */
export function actionContext(): ActionContext {
  return {
    live: useLive.getState(),
    media: media.getState(),
    room: useRoom.getState(),
    call: useCall.getState(),
  };
}
