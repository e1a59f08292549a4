import { lazy } from 'react';
import { Route, Switch } from 'wouter';
import { Ending } from '@/features/ending';
import { NotFoundPage } from './NotFoundPage';

const HomePage = lazy(() => import('@/features/home/HomePage'));
const SetupPage = lazy(() => import('@/features/setup/SetupPage'));
const SignInPage = lazy(() => import('@/features/signin/SignInPage'));
const WelcomePage = lazy(() => import('@/features/welcome/WelcomePage'));
const AccountPage = lazy(() => import('@/features/account/AccountPage'));
const AdminPage = lazy(() => import('@/features/admin/AdminPage'));
const LibraryPage = lazy(() => import('@/features/library/LibraryPage'));
const PlayerPage = lazy(() => import('@/features/library/PlayerPage'));
const PrivacyPage = lazy(() => import('@/features/privacy/PrivacyPage'));
const MeetingPage = lazy(() => import('@/features/call/MeetingPage'));
// The condition is known at build time: a production build has no trace of the page.
const GalleryPage = import.meta.env.DEV ? lazy(() => import('./gallery/GalleryPage')) : undefined;

export function Routes() {
  return (
    <Switch>
      <Route path="/">
        <HomePage />
      </Route>
      <Route path="/setup">
        <SetupPage />
      </Route>
      <Route path="/signin">
        <SignInPage />
      </Route>
      <Route path="/welcome">
        <WelcomePage />
      </Route>
      <Route path="/account">
        <AccountPage />
      </Route>
      <Route path="/admin/*?">
        <AdminPage />
      </Route>
      <Route path="/recordings">
        <LibraryPage />
      </Route>
      <Route path="/r/:id">
        <PlayerPage />
      </Route>
      <Route path="/privacy">
        <PrivacyPage />
      </Route>
      <Route path="/m/:id">{canMeet() ? <MeetingPage /> : <Ending reason="browser" />}</Route>
      {GalleryPage && (
        <Route path="/gallery">
          <GalleryPage />
        </Route>
      )}
      <Route>
        <NotFoundPage />
      </Route>
    </Switch>
  );
}

/** Whether this browser can hold a meeting at all; without a secure origin it hides the devices. */
function canMeet(): boolean {
  return 'RTCPeerConnection' in window && 'mediaDevices' in navigator && 'WebSocket' in window;
}
