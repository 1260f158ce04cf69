/** Who is told that an exchange is over. */
export interface Follower {
  end(exchange: Exchange): void
}

/** One request being answered, or one socket being served. */
export interface Exchange {
  /** Where it is kept while it is in flight; -1 when it is not. Begins at -1. */
  place: number
  /** The answer is complete, or nobody waits for it any more: the plugin has no part in it now. */
  isMade(): boolean
  /** It is over, however it ended. Asked twice for every request: it must not cost much. */
  isOver(): boolean
  /** The answer ends only when somebody ends it (an event stream, a socket): nothing waits for it. */
  isEndless(): boolean
  /** Tells once it is over, however it ends. May be called more than once. */
  follow(by: Follower): void
  /** Calls back whenever it may have become made or endless, from now on. Called once, when somebody waits for it. */
  watch(changed: () => void): void
  /** Ends it now: what is endless cleanly, anything else so that the client can tell. */
  cut(): void
}
