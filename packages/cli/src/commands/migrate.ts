import type { Command } from 'commander'
import type { Invocation } from '../invocation.ts'
import { addMigrateCheck } from './migrate-check.ts'
import { addMigrateCodemod } from './migrate-codemod.ts'

/** Adds `sojourn migrate`, the commands for a move from another library. */
export function addMigrate(program: Command, invocation: Invocation): void {
  const migrate = program.command('migrate').description('Help with the move from another library.')
  addMigrateCheck(migrate, invocation)
  addMigrateCodemod(migrate, invocation)
}
