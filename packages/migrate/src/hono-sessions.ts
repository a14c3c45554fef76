export {
  type HonoSessionsSourceOptions,
  honoSessionsSource,
} from './sources/hono-sessions/hono-sessions-source.ts'
