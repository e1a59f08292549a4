export { faultText } from './fault';
export { formatDate, formatList, formatRelative, formatTime } from './format';
export { LanguageSwitch } from './LanguageSwitch';
export { chooseLanguage, startI18n } from './start';
export { languages } from './languages';
