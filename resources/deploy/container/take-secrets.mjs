// Copies secrets from a folder that an orchestrator opens to a group into one that only this account may enter, as Windfall asks of them.
// Usage: node take-secrets.mjs FROM TO NAME… – each NAME has to be there.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const [from, to, ...names] = process.argv.slice(2)
const missing = names.filter((name) => !existsSync(join(from, name)))
if (missing.length > 0) {
  process.stderr.write(`The secret has no ${missing.join(', no ')}. Add what is missing under that key, and start again.\n`)
  process.exit(1)
}
mkdirSync(to, { recursive: true, mode: 0o700 })
for (const name of names) writeFileSync(join(to, name), readFileSync(join(from, name)), { mode: 0o600 })
