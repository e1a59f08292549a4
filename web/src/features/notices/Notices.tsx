import { useTranslation } from 'react-i18next';
import { useMotion } from '@/features/preferences/store';
import { useSounds } from '@/features/sounds/useSounds';
import { useLobbyTold } from '@/features/lobby';
import { useRecordingTold } from '@/features/recording';
import { useModerationTold } from './useModerationTold';
import { useChatTold, useComings, useHandsTold, useReactionsTold } from './useTellings';

/**
 * What a person is told of others during a call: announcements for screen
 * readers, sounds, and a short message for what moderators did to them. Shows
 * nothing by itself; mount it once while the call lasts.
 */
export function Notices(): null {
  useTranslation('notices');
  useComings();
  useHandsTold();
  useChatTold();
  useReactionsTold();
  useModerationTold();
  useLobbyTold();
  useRecordingTold();
  useSounds();
  useMotion();
  return null;
}
