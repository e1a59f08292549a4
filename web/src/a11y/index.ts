export { announce } from './announce';
export { focusFirstInvalid } from './focus';
export { PageHeading, useDocumentTitle } from './page';
export { SkipLink } from './SkipLink';
