/** Looks into the agent's database in a process of its own: a large or damaged file then holds up nothing but this. */
import { messageOf } from '../../shared/errors.ts'
import { lookAtDatabase } from './agent-database.store.ts'

const look = (): unknown => {
  try {
    return lookAtDatabase(process.argv[2] ?? '')
  } catch (error) {
    return { error: messageOf(error) }
  }
}

process.stdout.write(JSON.stringify(look()))
