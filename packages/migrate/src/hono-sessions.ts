export {
  type HonoSessionsOptions,
  type HonoSessionsStore,
  honoSessionsSource,
} from './sources/hono-sessions/hono-sessions-source.ts'
