/** The fields of a value that somebody has sent, each still to be looked at; of what is no object, none. */
export function fieldsOf(value: unknown): Partial<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
