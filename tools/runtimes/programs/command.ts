import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const execute = promisify(execFile)

/** Runs an installed command on this runtime, and returns what it prints. @throws Error with its output, if it fails */
export async function command(name: string, ...args: string[]): Promise<string> {
  try {
    return (await execute(process.execPath, [`node_modules/.bin/${name}`, ...args])).stdout
  } catch (error) {
    const { message, stdout } = Object(error)
    throw new Error(`${message}\n${stdout}`)
  }
}
