/**
 * A schema of zod, valibot, arktype, or any other library that implements Standard Schema, version 1. The types of the
 * specification, as far as they are used here; it asks for them to be copied.
 * @see https://standardschema.dev
 */
export interface StandardSchemaV1<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>
    readonly types?: { readonly input: Input; readonly output: Output } | undefined
  }
}

/** The result of a schema: a value, which may differ from what was given, or what is wrong with it. */
type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] }

/** One thing that is wrong with a value, and where. */
export interface SchemaIssue {
  readonly message: string
  readonly path?: ReadonlyArray<PropertyKey | { readonly key: PropertyKey }> | undefined
}

/** A schema of `session.data`, for the option `schema`. It must be synchronous, and its output an object. */
export type DataSchema = StandardSchemaV1<unknown, object>

/**
 * The type of `session.data` under a schema: its output. If the schema does not accept `{}`, every key is optional: the
 * data of a new session is empty.
 * @example
 * const schema = z.object({ cart: z.array(z.string()).default([]) })
 *
 * declare module '@sojourn/core' {
 *   interface SessionData extends DataOf<typeof schema> {}
 * }
 */
export type DataOf<Schema extends DataSchema> =
  Record<string, never> extends Types<Schema>['input']
    ? Types<Schema>['output']
    : Partial<Types<Schema>['output']>

type Types<Schema extends DataSchema> = NonNullable<Schema['~standard']['types']>
