// Declares the names that code in the docs uses without declaring them, so that an example shows one thing only.
/// <reference path="./docs-frameworks.d.ts" />
import type { SessionManager } from '@sojourn/core'
import type { Express } from 'express'

declare global {
  /** At least 32 bytes, from the environment. */
  const secret: string
  const manager: SessionManager
  const app: Express
}
