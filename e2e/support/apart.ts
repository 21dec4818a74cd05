/** Tests that put another module into the place of one of ours: each has a process to itself, since elsewhere that module may be loaded already. */
export const APART = ['main/coordinator/persistence/spool.test.ts', 'main/desktop/local-agent.test.ts']
