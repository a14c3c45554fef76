export { type AdminHandler, adminPage } from './admin-page.ts'
export type { AdminAction, AdminOptions, Authorized } from './options.ts'
