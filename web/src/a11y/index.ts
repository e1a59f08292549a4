export { announce } from './announce';
export { PageHeading, useDocumentTitle } from './page';
export { SkipLink } from './SkipLink';
