export {
  type HonoSessionOptions,
  type HonoSessionStorage,
  honoSessionSource,
} from './sources/hono-session/hono-session-source.ts'
