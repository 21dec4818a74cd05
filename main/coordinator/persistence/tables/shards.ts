/** Table of the parts of the work that several coordinators divide among themselves, as kysely sees it. */
export interface ShardTables {
  /** One part of the coordinator's work that one coordinator does at a time. */
  shard: {
    id: string
    /** Name of the coordinator that has it; `null`: nobody. */
    owner: string | null
    /** Raised by one whenever the shard is taken. */
    epoch: number
    /** Until when it is held unless it is renewed, on the database's clock, epoch ms. */
    until: number
  }
}
