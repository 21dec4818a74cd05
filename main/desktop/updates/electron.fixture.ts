import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

/** Puts a stand-in where electron-updater finds Electron when it has installed something; returns what takes it away again. */
export function standInForElectron(emitted: (event: string) => void): () => void {
  const id = require.resolve('electron')
  const before = require.cache[id]
  const standIn: NodeJS.Module = Object.assign(Object.create(null), { id, filename: id, loaded: true, exports: { autoUpdater: { emit: emitted } } })
  require.cache[id] = standIn
  return () => {
    if (before) require.cache[id] = before
    else delete require.cache[id]
  }
}
