import type { ComponentType } from 'react';
import { lazy } from 'react';
import {
  Building2,
  ChartColumn,
  Clapperboard,
  IdCard,
  KeyRound,
  LayoutDashboard,
  Palette,
  Radio,
  ScrollText,
  ShieldCheck,
  Users,
} from '@/ui';

/** One part of the administration. */
interface Section {
  id:
    | 'overview'
    | 'people'
    | 'running'
    | 'policies'
    | 'recordings'
    | 'organisation'
    | 'providers'
    | 'keys'
    | 'audit'
    | 'pool'
    | 'tenants';
  path: string;
  icon: typeof Users;
  page: ComponentType;
  /** For those who run the server, not for each organisation. */
  operator?: true;
}

/** The parts of the administration, in the order of the navigation. */
export const sections: readonly Section[] = [
  { id: 'overview', path: '/admin', icon: LayoutDashboard, page: lazy(() => import('./Overview')) },
  { id: 'people', path: '/admin/people', icon: Users, page: lazy(() => import('./People')) },
  { id: 'running', path: '/admin/meetings', icon: Radio, page: lazy(() => import('./Running')) },
  { id: 'policies', path: '/admin/policies', icon: ShieldCheck, page: lazy(() => import('./Policies')) },
  {
    id: 'recordings',
    path: '/admin/recordings',
    icon: Clapperboard,
    page: lazy(() => import('./RecordingPolicies')),
  },
  {
    id: 'organisation',
    path: '/admin/organisation',
    icon: Palette,
    page: lazy(() => import('./OrganisationPage')),
  },
  { id: 'providers', path: '/admin/providers', icon: IdCard, page: lazy(() => import('./Providers')) },
  { id: 'keys', path: '/admin/keys', icon: KeyRound, page: lazy(() => import('./Keys')) },
  { id: 'audit', path: '/admin/audit', icon: ScrollText, page: lazy(() => import('./Audit')) },
  { id: 'pool', path: '/admin/pool', icon: ChartColumn, page: lazy(() => import('./Pool')) },
  {
    id: 'tenants',
    path: '/admin/organisations',
    icon: Building2,
    page: lazy(() => import('./Tenants')),
    operator: true,
  },
];
