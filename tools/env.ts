// Promises an environment in which a script that pnpm runs can call npx or pnpm: what pnpm told it would be taken for options.
export const plainEnv: NodeJS.ProcessEnv = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)),
)
