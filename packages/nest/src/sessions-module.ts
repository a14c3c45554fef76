import {
  type DynamicModule,
  type FactoryProvider,
  Inject,
  Module,
  type NestModule,
} from '@nestjs/common'
import { APP_FILTER, HttpAdapterHost } from '@nestjs/core'
import type { SessionManager } from '@sojourn/core'
import { checkManagers, type NamedManager } from '@sojourn/core/binding'
import { check } from '@sojourn/core/store'
import * as express from '@sojourn/express'
import * as fastify from '@sojourn/fastify'
import { SessionExceptionFilter } from './session-exception-filter.ts'
import {
  checkModuleOptions,
  type SessionsAsyncOptions,
  type SessionsModuleOptions,
  sessionManagerToken,
} from './sessions-options.ts'

const optionsToken = 'sojourn.options'

/** NestJS 10 takes two modules for one if their metadata look the same, and to it two factories do. So each has a number. */
let modules = 0

/**
 * Gives all requests of an application a session, by `@sojourn/express` or `@sojourn/fastify`, whichever platform it has. The
 * session is there for middleware that modules apply, for guards, interceptors, pipes, handlers and filters, and is committed before
 * the first byte of the response. The module is global: every provider can inject the manager by `sessionManagerToken()`.
 *
 * It closes nothing: the manager is the application's.
 */
export class SessionsModule implements NestModule {
  // Decorators are called: these sources run with their types stripped, and decorators cannot be.
  static {
    Module({})(this)
    Inject(optionsToken)(this, undefined, 0)
    Inject(HttpAdapterHost)(this, undefined, 1)
  }

  readonly #options: SessionsModuleOptions<object>
  readonly #host: HttpAdapterHost

  constructor(options: SessionsModuleOptions<object>, host: HttpAdapterHost) {
    this.#options = options
    this.#host = host
  }

  /**
   * Returns the module for an application that has its manager already.
   * @throws SessionUsageError `ERR_CONFIG_INVALID` for what is no manager, and for invalid options.
   *
   * @example
   * ```ts
   * import { Module } from '@nestjs/common'
   * import { SessionsModule } from '@sojourn/nest'
   *
   * @Module({ imports: [SessionsModule.forRoot({ manager })] })
   * class AppModule {}
   * ```
   */
  static forRoot<Data extends object>(options: SessionsModuleOptions<Data>): DynamicModule {
    checkModuleOptions(options, 'forRoot')
    return moduleOf(options, { useFactory: () => options })
  }

  /**
   * Returns the module for an application that makes its manager of what other providers know.
   *
   * @example
   * ```ts
   * import { Module } from '@nestjs/common'
   * import { createSessionManager, envConfig } from '@sojourn/core'
   * import { SessionsModule } from '@sojourn/nest'
   * import { memoryStore } from '@sojourn/store-memory'
   *
   * @Module({
   *   imports: [
   *     SessionsModule.forRootAsync({
   *       inject: ['SESSION_SECRET'],
   *       useFactory: (secret: string) => ({
   *         manager: createSessionManager(envConfig(secret, { store: memoryStore() })),
   *       }),
   *     }),
   *   ],
   * })
   * class AppModule {}
   * ```
   */
  static forRootAsync<Data extends object>(options: SessionsAsyncOptions<Data>): DynamicModule {
    const { inject = [], useFactory } = options
    return moduleOf(options, {
      inject,
      async useFactory(...injected) {
        const { as } = options
        return checkModuleOptions({ as, ...(await useFactory(...injected)) }, 'forRootAsync')
      },
    })
  }

  /** Called by Nest before it adds the routes. The platform's own binding mounts the sessions, on all paths. */
  async configure(): Promise<void> {
    const { manager, as, passive } = this.#options
    const options = { ...(as !== undefined && { as }), ...(passive && { passive }) }
    const { httpAdapter } = this.#host
    addMount(httpAdapter, { manager: manager as SessionManager, as: as ?? 'session' })
    if (httpAdapter.getType() === 'fastify') {
      const app = httpAdapter.getInstance<FastifyApp>()
      checkVersion(app)
      await app.register(fastify.sessions(manager, options))
    } else httpAdapter.use(express.sessions(manager, options))
  }
}

/** What is mounted on each application. */
const mounts = new WeakMap<object, readonly NamedManager[]>()

/** Refuses two managers under one name when the application starts: Express would refuse each request. */
function addMount(adapter: object, mount: NamedManager): void {
  const all = [...(mounts.get(adapter) ?? []), mount]
  checkManagers(all)
  mounts.set(adapter, all)
}

/** Returns the module whose options `factory` provides. */
function moduleOf(
  { as, imports = [] }: Pick<SessionsAsyncOptions, 'as' | 'imports'>,
  factory: Pick<FactoryProvider, 'inject' | 'useFactory'>,
): DynamicModule {
  const manager = sessionManagerToken(as)
  const managerOf = (options: SessionsModuleOptions) => options.manager
  return {
    module: SessionsModule,
    global: true,
    imports,
    providers: [
      { provide: 'sojourn.module', useValue: ++modules },
      { provide: optionsToken, ...factory },
      { provide: manager, inject: [optionsToken], useFactory: managerOf },
      { provide: APP_FILTER, useClass: SessionExceptionFilter },
    ],
    exports: [manager],
  }
}

/** What is used of a Fastify instance. */
interface FastifyApp {
  readonly version: string
  register(plugin: ReturnType<typeof fastify.sessions>): PromiseLike<unknown>
}

function checkVersion({ version }: FastifyApp): void {
  check(
    Number.parseInt(version, 10) >= 5,
    `The application runs on Fastify ${version}`,
    'Update NestJS to 11 or newer, whose Fastify is version 5, or use its Express platform',
  )
}
