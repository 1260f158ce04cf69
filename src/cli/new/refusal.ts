/** Why a command does not do what it was asked for: shown without a stack, and nothing was changed. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  /** 1: it cannot be done; 2: it was asked for wrongly; 130: whoever was asked back broke off. */
  readonly exitCode: 1 | 2 | 130

  constructor(message: string, exitCode: 1 | 2 | 130) {
    super(message)
    this.exitCode = exitCode
  }
}
