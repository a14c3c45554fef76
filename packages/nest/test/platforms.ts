import 'reflect-metadata'
import type { INestApplication, Type } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { ExpressAdapter } from '@nestjs/platform-express'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import { onTestFinished } from 'vitest'

/** How an application is created on each platform that this version of NestJS has here. */
export interface Platform {
  readonly name: string
  create(module: Type, options?: PlatformOptions): Promise<INestApplication>
}

interface PlatformOptions {
  readonly trustProxy?: boolean
}

const settings = { logger: false as const, forceCloseConnections: true }

const express: Platform = {
  name: 'Express',
  async create(module, { trustProxy = false } = {}) {
    const adapter = new ExpressAdapter()
    adapter.set('trust proxy', trustProxy)
    adapter.set('env', 'test')
    return NestFactory.create(module, adapter, settings)
  },
}

const fastify: Platform = {
  name: 'Fastify',
  async create(module, options = {}) {
    const adapter = new FastifyAdapter(options)
    const app = adapter.getInstance()
    if ('addHttpMethod' in app) app.addHttpMethod('PROPFIND') // Fastify 4 has it from the start
    return NestFactory.create(module, adapter, settings)
  },
}

const hasFastify5 = !new FastifyAdapter().getInstance().version.startsWith('4.')

/** The platforms that this version of NestJS has and `@sojourn/nest` supports: NestJS 10 runs on Fastify 4. */
export const platforms: readonly Platform[] = hasFastify5 ? [express, fastify] : [express]
export const unsupported: readonly Platform[] = hasFastify5 ? [] : [fastify]

interface Answer {
  readonly status: number
  readonly headers: Headers
  /** The first cookie that was set, as a client sends it back. */
  readonly cookie: string
  readonly text: string
}

export type Send = (path: string, init?: RequestInit) => Promise<Answer>

/** Starts an application until the test has finished, and returns how to send requests to it. */
export async function start(app: INestApplication): Promise<Send> {
  await app.listen(0, '127.0.0.1')
  onTestFinished(() => app.close())
  const url = await app.getUrl()
  return async (path, init = {}) => {
    const response = await fetch(url + path, { redirect: 'manual', ...init })
    const { status, headers } = response
    const cookie = headers.getSetCookie()[0]?.split(';')[0] ?? ''
    return { status, headers, cookie, text: await response.text() }
  }
}
