/** The same fields, for whoever makes the object: optional fields are set one by one, which costs less than spreads. */
export type Writable<Fields> = { -readonly [Name in keyof Fields]: Fields[Name] }
