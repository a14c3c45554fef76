/** Set by the build: tsup replaces it with the version in package.json. */
declare const SOJOURN_VERSION: string | undefined

/** The version of this package; `source` if it runs from its sources. */
export const version: string = typeof SOJOURN_VERSION === 'string' ? SOJOURN_VERSION : 'source'
