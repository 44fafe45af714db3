// What a designer sets for attachments.
export { FileSettings as Settings } from '../shapes/settings';
