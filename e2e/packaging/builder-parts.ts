import { createRequire } from 'node:module'

// At the versions that electron-builder brings, so that what it wrote is read by what wrote it.
const builder = createRequire(createRequire(createRequire(import.meta.url).resolve('electron-builder/package.json')).resolve('app-builder-lib'))

/** A library of electron-builder's, as its own code gets it. */
export const builderPart = (name: string): unknown => builder(name)
