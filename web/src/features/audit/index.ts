export { AuditSentence } from './AuditSentence';
