import { promisify } from 'node:util'
import {
  type CanActivate,
  type CustomDecorator,
  type ExecutionContext,
  HttpException,
  SetMetadata,
} from '@nestjs/common'
import { Reflector } from '@nestjs/core'
import type { Duration } from '@sojourn/core'
import {
  type BoundGuardOptions,
  type CsrfGuard,
  type CsrfOptions,
  createGuards,
  type RecentGuardOptions,
  type SessionGuardOptions,
} from '@sojourn/core/binding'
import * as express from '@sojourn/express'
import * as fastify from '@sojourn/fastify'
import { checkHttp, type NestRequest, requestOf } from './request.ts'

const guards = createGuards<NestRequest, CanActivate, CsrfGuard>({
  access: (guard) => ({
    canActivate(context) {
      const request = requestOf(context)
      const location = guard.check(request, Reflect.get(request, guard.as))
      return location === undefined || redirect(context, location)
    },
  }),
  csrf: (guard) => guard,
})

/** Responds with a redirect, as an exception: a guard has no other way. */
function redirect(context: ExecutionContext, location: string): never {
  const response = context
    .switchToHttp()
    .getResponse<{ header(name: string, value: string): void }>()
  response.header('Location', location)
  throw new HttpException({ statusCode: 303, message: 'See Other' }, 303)
}

const publicRoute = 'sojourn.public'
const guardsOfNest = '__guards__' // GUARDS_METADATA of Nest, which it does not export
const reflector = new Reflector()

/**
 * Returns true if `@Public()` is on something smaller than what the guard is on. So a guard on a route holds in a public controller
 * too, and a guard of the whole application in neither.
 */
function isPublic(guard: CanActivate, context: ExecutionContext): boolean {
  const [route, controller] = [context.getHandler(), context.getClass()]
  if (isOn(route, guard)) return false
  const smaller = isOn(controller, guard) ? [route] : [route, controller]
  return smaller.some((target) => reflector.get<boolean>(publicRoute, target))
}

/** Returns true if `@UseGuards` put this guard, or its class, on a route or a controller. */
function isOn(target: Parameters<Reflector['get']>[1], guard: CanActivate): boolean {
  const guards = reflector.get<readonly unknown[] | undefined>(guardsOfNest, target) ?? []
  return guards.some((each) => each === guard || each === guard.constructor)
}

/**
 * Lets everybody use a route, or all routes of a controller, where `SessionGuard` or `requireSession` guards more than it: a
 * guard on a route of a public controller holds.
 *
 * @example
 * ```ts
 * import { Controller, Get } from '@nestjs/common'
 * import { Public } from '@sojourn/nest'
 *
 * @Controller('health')
 * class Health {
 *   @Get()
 *   @Public()
 *   check() {
 *     return 'fine'
 *   }
 * }
 * ```
 */
export function Public(): CustomDecorator {
  return SetMetadata(publicRoute, true)
}

/**
 * Returns a guard that lets logged-in users pass, and everybody on routes with `@Public()`. Anonymous visitors are redirected to
 * `redirectTo` with 303, or get 401 `ERR_SESSION_REQUIRED`.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for invalid options.
 *
 * @example
 * ```ts
 * import { Controller, UseGuards } from '@nestjs/common'
 * import { requireSession } from '@sojourn/nest'
 *
 * @Controller('account')
 * @UseGuards(requireSession({ redirectTo: '/log-in' }))
 * class Account {}
 * ```
 */
export function requireSession(options?: SessionGuardOptions<NestRequest>): CanActivate {
  const guard = guards.requireSession(options)
  const unlessPublic: CanActivate = {
    canActivate: (context) => isPublic(unlessPublic, context) || guard.canActivate(context),
  }
  return unlessPublic
}

/**
 * Returns a guard that lets users pass who logged in within `duration`, or proved the option `method`. Others are redirected or
 * refused as by `requireSession`, with the code `ERR_SESSION_NOT_RECENT`. It ignores `@Public()`.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for an invalid duration or invalid options.
 *
 * @example
 * ```ts
 * import { Controller, Post, UseGuards } from '@nestjs/common'
 * import { requireRecent } from '@sojourn/nest'
 *
 * @Controller('payments')
 * class Payments {
 *   @Post()
 *   @UseGuards(requireRecent('10m', { method: 'passkey' }))
 *   pay() {}
 * }
 * ```
 */
export function requireRecent(
  duration: Duration,
  options?: RecentGuardOptions<NestRequest>,
): CanActivate {
  return guards.requireRecent(duration, options)
}

/**
 * Returns a guard that lets users pass whose browser has proved that it has the key of the session, by the option `deviceBound`, or
 * who meet `orRecent`. Others get 403 `ERR_SESSION_NOT_BOUND`; where a login helps, 401 or a redirect. It ignores `@Public()`.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for invalid options.
 *
 * @example
 * ```ts
 * import { Controller, Post, UseGuards } from '@nestjs/common'
 * import { requireBound } from '@sojourn/nest'
 *
 * @Controller('payments')
 * class Payments {
 *   @Post()
 *   @UseGuards(requireBound({ orRecent: '5m' }))
 *   pay() {}
 * }
 * ```
 */
export function requireBound(options?: BoundGuardOptions<NestRequest>): CanActivate {
  return guards.requireBound(options)
}

/**
 * Returns a guard that refuses cross-site requests with 403 `ERR_CSRF_REFUSED`. With `token` it also requires the session's
 * token, in the header `X-CSRF-Token` or the field `_csrf` of the body. Handlers of gateways and of microservices pass: they serve
 * no requests of browsers, and the handshake of a socket is for `@sojourn/socket.io` to check.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for invalid options.
 *
 * @example
 * ```ts
 * import { Module } from '@nestjs/common'
 * import { APP_GUARD } from '@nestjs/core'
 * import { csrf } from '@sojourn/nest'
 *
 * @Module({ providers: [{ provide: APP_GUARD, useValue: csrf() }] })
 * class AppModule {}
 * ```
 */
export function csrf(options?: CsrfOptions): CanActivate {
  const onExpress = promisify(express.csrf(options))
  const onFastify = fastify.csrf(options)
  return {
    async canActivate(context) {
      if (['ws', 'rpc'].includes(context.getType())) return true
      checkHttp(context)
      const http = context.switchToHttp()
      const request = http.getRequest()
      if ('raw' in request) await onFastify(request, http.getResponse())
      else await onExpress(request, http.getResponse())
      return true
    },
  }
}

const loggedIn = guards.requireSession()

/**
 * `requireSession()` as a class, for `APP_GUARD`, and for tests that replace it by `overrideGuard(SessionGuard)`.
 *
 * @example
 * ```ts
 * import { Module } from '@nestjs/common'
 * import { APP_GUARD } from '@nestjs/core'
 * import { SessionGuard } from '@sojourn/nest'
 *
 * @Module({ providers: [{ provide: APP_GUARD, useClass: SessionGuard }] })
 * class AppModule {}
 * ```
 */
export class SessionGuard implements CanActivate {
  canActivate(context: ExecutionContext): ReturnType<CanActivate['canActivate']> {
    return isPublic(this, context) || loggedIn.canActivate(context)
  }
}
