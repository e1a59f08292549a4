// Made by `npm run gen` from locales/en. Do not edit.
import type background from '../../locales/en/background.json';
import type bar from '../../locales/en/bar.json';
import type call from '../../locales/en/call.json';
import type chat from '../../locales/en/chat.json';
import type common from '../../locales/en/common.json';
import type devices from '../../locales/en/devices.json';
import type ending from '../../locales/en/ending.json';
import type hands from '../../locales/en/hands.json';
import type home from '../../locales/en/home.json';
import type media from '../../locales/en/media.json';
import type moderation from '../../locales/en/moderation.json';
import type notices from '../../locales/en/notices.json';
import type people from '../../locales/en/people.json';
import type preferences from '../../locales/en/preferences.json';
import type prejoin from '../../locales/en/prejoin.json';
import type reactions from '../../locales/en/reactions.json';
import type setup from '../../locales/en/setup.json';
import type shortcuts from '../../locales/en/shortcuts.json';
import type signin from '../../locales/en/signin.json';
import type sounds from '../../locales/en/sounds.json';
import type stage from '../../locales/en/stage.json';

export interface resources {
  background: typeof background;
  bar: typeof bar;
  call: typeof call;
  chat: typeof chat;
  common: typeof common;
  devices: typeof devices;
  ending: typeof ending;
  hands: typeof hands;
  home: typeof home;
  media: typeof media;
  moderation: typeof moderation;
  notices: typeof notices;
  people: typeof people;
  preferences: typeof preferences;
  prejoin: typeof prejoin;
  reactions: typeof reactions;
  setup: typeof setup;
  shortcuts: typeof shortcuts;
  signin: typeof signin;
  sounds: typeof sounds;
  stage: typeof stage;
}
