import { join } from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'

/** As applications are compiled: each file alone, with the types of parameters emitted as metadata. */
const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  customConditions: ['@sojourn/source'],
  allowImportingTsExtensions: true,
  noEmit: true,
  strict: true,
  skipLibCheck: true,
  types: ['node'],
  isolatedModules: true,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
}

const controller = `
import { Controller, Get } from '@nestjs/common'
import { CurrentUser, Session } from '@sojourn/nest'

@Controller()
export class Pages {
  @Get()
  page(@Session() session: Session<{ n?: number }>, @CurrentUser() userId: string): string {
    return userId + (session.data.n ?? 0).toFixed()
  }
}
`

test('Session is decorator and type by one import, with metadata emitted too', () => {
  const path = join(import.meta.dirname, 'controller.mts')
  const host = ts.createCompilerHost(options)
  const { fileExists, readFile } = host
  host.fileExists = (name) => name === path || fileExists(name)
  host.readFile = (name) => (name === path ? controller : readFile(name))
  const program = ts.createProgram([path], options, host)
  const errors = ts.getPreEmitDiagnostics(program, program.getSourceFile(path))
  expect(errors.map(({ messageText }) => messageText)).toEqual([])
})
