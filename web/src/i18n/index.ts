export { faultText } from './fault';
export { formatDate, formatList, formatRelative, formatTime } from './format';
export { LanguageSwitch } from './LanguageSwitch';
export { chooseLanguage, startI18n, wordsOf } from './start';
export { languages } from './languages';
