import { Component, type ReactNode } from 'react';
import { CrashPage } from './CrashPage';

interface State {
  failed: boolean;
  /** A file of this version is gone: the server was updated while the page was open. */
  outdated: boolean;
}

/** ErrorBoundary shows a page instead of nothing when a component breaks. */
export class ErrorBoundary extends Component<{ children: ReactNode }, State> {
  override readonly state: State = { failed: false, outdated: false };

  static getDerivedStateFromError(error: unknown): State {
    return { failed: true, outdated: isMissingFile(error) };
  }

  override render(): ReactNode {
    return this.state.failed ? <CrashPage outdated={this.state.outdated} /> : this.props.children;
  }
}

// The browsers have no code for it, only these words (Chromium, Firefox, WebKit, Vite's CSS loader).
function isMissingFile(error: unknown): boolean {
  return (
    error instanceof Error &&
    /dynamically imported module|importing a module script failed|preload css/i.test(error.message)
  );
}
