/** The message of whatever was thrown: not everybody throws Errors. */
export function messageOf(cause: unknown): string {
  try {
    return cause instanceof Error || (typeof cause === 'object' && cause !== null && 'message' in cause)
      ? String(cause.message)
      : String(cause)
  } catch {
    return 'something that cannot be shown'
  }
}
