import type { FactoryProvider, InjectionToken, ModuleMetadata } from '@nestjs/common'
import type { SessionData, SessionManager } from '@sojourn/core'
import { checkMount } from '@sojourn/core/binding'
import type { NestRequest } from './request.ts'

/** Options of `SessionsModule.forRoot`. */
export interface SessionsModuleOptions<Data extends object = SessionData> {
  readonly manager: SessionManager<Data>
  /** The name of the session on the request. A second manager needs another one. @default 'session' */
  readonly as?: string | undefined
  /**
   * Returns true for requests that do not count as use, such as those by which a page polls: they read the session and do
   * not prolong it.
   * @default every request prolongs its session
   */
  readonly passive?: (request: NestRequest) => boolean
}

/** Options of `SessionsModule.forRootAsync`. */
export interface SessionsAsyncOptions<Data extends object = SessionData>
  extends Pick<ModuleMetadata, 'imports'>,
    Pick<FactoryProvider, 'inject'>,
    Pick<SessionsModuleOptions, 'as'> {
  /** Returns the manager and the other options, or a promise of them. Its arguments are what `inject` lists. */
  readonly useFactory: FactoryProvider<Options<Data>>['useFactory']
}

/** What the factory returns. The name is not among it, because providers are named before it runs. */
type Options<Data extends object> = Omit<SessionsModuleOptions<Data>, 'as'>

/** Returns the options. @throws SessionUsageError `ERR_CONFIG_INVALID` for invalid ones. */
export function checkModuleOptions<Data extends object>(
  options: SessionsModuleOptions<Data>,
  method: 'forRoot' | 'forRootAsync',
): SessionsModuleOptions<Data> {
  const { manager, ...others } = Object(options) as SessionsModuleOptions<Data>
  checkMount(manager, others, {
    name: `SessionsModule.${method}`,
    call: 'SessionsModule.forRoot({ manager })',
    known: { as: true, passive: true },
  })
  return options
}

/**
 * Returns the token by which providers get the manager; `as` is the name of its sessions on requests.
 *
 * @example
 * ```ts
 * import { Inject, Injectable } from '@nestjs/common'
 * import { type SessionManager, sessionManagerToken } from '@sojourn/nest'
 *
 * @Injectable()
 * class Devices {
 *   constructor(@Inject(sessionManagerToken()) readonly manager: SessionManager) {}
 * }
 * ```
 */
export function sessionManagerToken(as = 'session'): InjectionToken {
  return `sojourn.manager.${as}`
}
