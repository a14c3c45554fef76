/** The environment without pnpm's `npm_*` variables, which npx and pnpm would read as options if a script started them. */
export const plainEnv: NodeJS.ProcessEnv = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)),
)
