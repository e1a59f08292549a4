export { accentTokens, contrastOf, parseColour } from './accent';
export { Frame } from './Frame';
export { startTheme, useTheme, type Theme } from './theme';
export { useStage } from './useStage';
export { FullPageMessage, type FullPageMessageProps } from './FullPageMessage';
