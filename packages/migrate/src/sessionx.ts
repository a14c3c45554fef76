export { type SessionXSourceOptions, sessionXSource } from './sources/sessionx/sessionx-source.ts'
