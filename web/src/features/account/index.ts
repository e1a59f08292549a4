export { FactorFirst } from './FactorFirst';
