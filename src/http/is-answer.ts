/** True for an error that asks for a 4xx by its `status` or `statusCode`: a way of answering, and no fault of the code. */
export function isAnswer(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false
  const { status, statusCode = status } = error as { status?: unknown; statusCode?: unknown }
  return typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500
}
