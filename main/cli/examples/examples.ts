/** What a command does, for people, and the whole command line as one would type it; `'…'` holds a word together. */
export type Example = readonly [does: string, line: string]

/** Examples of each command, by the words that lead to it. */
export type Examples = Readonly<Record<string, readonly Example[]>>
