export {
  type HonoSessionSourceOptions,
  honoSessionSource,
} from './sources/hono-session/hono-session-source.ts'
