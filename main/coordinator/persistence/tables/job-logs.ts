/** What attempts say, as kysely sees it. Times are epoch milliseconds. */
export interface JobLogTables {
  job_log: {
    attempt_id: string
    /** How many bytes the attempt had said before. */
    position: number
    length: number
    /** One process of the agent, and how many bytes the attempt had said in it before. */
    stream: string
    source: number
    /** When the first of it arrived. */
    said_at: number
    content: Uint8Array
  }
}
