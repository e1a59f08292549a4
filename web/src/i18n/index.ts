export { faultText, isFaultKey } from './fault';
export { formatCount, formatDate, formatDuration, formatList, formatRelative, formatTime } from './format';
export { LanguageSwitch } from './LanguageSwitch';
export { chooseLanguage, startI18n } from './start';
export { languages, type Language } from './languages';
