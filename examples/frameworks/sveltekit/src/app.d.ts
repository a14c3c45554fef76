import type { Session } from '@sojourn/web'

declare global {
  namespace App {
    interface Locals {
      session: Session
    }
  }
}
