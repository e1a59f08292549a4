// Made by `npm run gen` from locales/en. Do not edit.
import type chat from '../../locales/en/chat.json';
import type common from '../../locales/en/common.json';
import type hands from '../../locales/en/hands.json';
import type moderation from '../../locales/en/moderation.json';
import type people from '../../locales/en/people.json';
import type preferences from '../../locales/en/preferences.json';
import type reactions from '../../locales/en/reactions.json';
import type shortcuts from '../../locales/en/shortcuts.json';
import type sounds from '../../locales/en/sounds.json';

export interface resources {
  chat: typeof chat;
  common: typeof common;
  hands: typeof hands;
  moderation: typeof moderation;
  people: typeof people;
  preferences: typeof preferences;
  reactions: typeof reactions;
  shortcuts: typeof shortcuts;
  sounds: typeof sounds;
}
