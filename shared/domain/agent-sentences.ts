/**
 * What the agent says, in the language of whoever reads it. The agent speaks English, whoever listens; the tray and the window recognise its sentences
 * here. One that is not listed stays English.
 */
import { spokenLanguage, t } from '../i18n/translate.ts'

/** As the agent's code has them, with a name for what stands in each place. Messages for the catalogues like any other. */
export const AGENT_SENTENCES: readonly string[] = [
  // Why no job starts.
  'You are using this machine.',
  'Windfall cannot tell whether someone is using this machine. If nobody does, declare it a dedicated machine.',
  'Windfall cannot tell whether a game is running.',
  '{programs} is running.',
  '{programs} are running.',
  'A program fills the screen.',
  '{programs} keeps the screen on.',
  '{programs} keep the screen on.',
  'Something else keeps the GPU {percent}% busy.',
  '{program} is using the GPU.',
  'Windfall cannot tell yet whether something else uses the GPU.',
  'Windfall cannot tell yet how busy the processor is.',
  'Other programs keep the processor {percent}% busy.',
  'This machine is going to sleep.',
  'Windfall cannot tell whether this machine runs on battery.',
  'This machine runs on battery.',
  'The GPU is at {celsius} °C and has to cool down first.',
  'Your weekly schedule does not allow work now.',
  'Paused until you resume.',
  'Paused by you.',
  'Windfall finishes what runs, then it pauses.',
  'What Windfall may do on this computer has changed: nothing runs before you have read it in the window and agreed again.',
  'Windfall is not set up yet: nothing runs before you have agreed to it.',
  'A job just had to stop. Waiting a moment before the next one.',
  'A game has just ended. Waiting in case you go on.',
  'A program filled the screen until a moment ago. Waiting in case you go on.',
  'The GPU was in use until a moment ago. Waiting in case it is needed again.',
  'This machine has just woken up. Waiting a moment.',
  'Waiting a moment before the next job.',
  'A job is being stopped.',
  'A job is gone, but the GPU has not given its memory back, so no other job starts. Restart the computer if it stays so, or resume to try all the same.',
  'No coordinator is set. Give its address in the window, under Settings, or start the agent with --coordinator.',
  'No coordinator is set, so nobody holds money for this machine. Give its address in the window, under Settings, or start the agent with --coordinator.',
  'A job of the present coordinator is on this machine. Choose “Finish, then pause”, wait until it has ended and its receipt is here, and try again.',
  'Proofs of finished jobs have not reached the present coordinator yet. They are sent by themselves; try again after that.',
  'The present coordinator owes you earnings that are not paid yet. Claim them under Payouts first, and try again once they have arrived.',
  'The present coordinator does not know your new device key yet. It is told by itself; try again after that.',
  'That is no token: it has letters, digits and signs only. Copy it again from the operator’s message.',
  'The coordinator was named as Windfall was started, with --coordinator or WINDFALL_COORDINATOR. Start it without that to choose here.',
  'Another coordinator is being asked just now. Try again in a moment.',
  'That is no address of a coordinator. It begins with https://, such as https://grid.example.org.',
  'A coordinator elsewhere is reached by https:// only. http:// is for one on this computer.',
  'The address must not hold a name or a password. A token goes into its own field.',
  'Give the address without anything after the name of the computer and its port.',
  'There is no answer at {address}. Check the address, and that this computer is online.',
  'What answers at {address} is not a Windfall coordinator. Check the address with whoever gave it to you.',
  'This coordinator did not let this computer in without a token, or at all. It says: {reason}',
  'This coordinator refused the token. It says: {reason}',
  'The coordinator cannot be reached. Windfall keeps trying.',
  'The coordinator cannot be reached ({reason}).',
  'The coordinator has not confirmed for a while that this job is still for this machine. It starts once it has.',
  'Catching up: {done} of {all} reports delivered.',
  // The grid, prices and the sun.
  'The job waits for its planned window.',
  'The grid is not green enough now.',
  'No green window is in sight.',
  'The grid forecast is out of date, so nothing starts until a fresh one arrives.',
  'There is no grid forecast for this zone, so nothing starts until one arrives.',
  'The last forecast is out of date. Jobs wait until a fresh one arrives.',
  'No forecast has arrived yet.',
  'Your hours, your prices and the grid allow a start now.',
  'Next start, by what is known now: {time}.',
  'Nobody can say when the next start is, as long as there is no fresh forecast.',
  'There is no start in sight within the next 48 hours, as far as forecasts and prices are known.',
  'Runs at any time.',
  'Runs in the window planned for each job.',
  'Runs at or below {grams} gCO2/kWh.',
  'Runs when power is as clean as in the cleanest {percent}% of the last {days} days.',
  'Runs in the cleanest {percent}% of the hours ahead, until {least} of the last {days} days are known here.',
  'Green marks the cleanest 30% of the hours ahead.',
  'Green marks the cleanest 30% of the last 30 days.',
  'Windfall does not know what 1 {currency} is worth, so it cannot tell whether this job earns more than it costs. Set usdPerUnit of your tariff.',
  'The price of electricity is not known for all of that time, so nobody can tell whether this job earns more than it costs.',
  'This job would not earn more than its electricity costs: ≈ {net} (pay {pay} − electricity {cost}).',
  'An estimate: what the job is expected to pay this machine, less its expected time and watts at the price of those hours; sunshine of your own counts as bought.',
  'Your electricity costs what the half hour costs in your zone, in {currency}.',
  'Your electricity costs {price} per kWh.',
  'Your electricity costs {price} per kWh, other prices at {count} times of the week.',
  'Assumed: that your supplier charges the published retail price of your zone, half hour by half hour.',
  'What your solar meter says is more than the sun can give there now, so it is not counted.',
  'No forecast for your site has arrived yet.',
  'It is read while a job runs or waits.',
  // Devices.
  'You switched it off. No job gets it.',
  'Your settings for it cannot be read any more, so no job gets it. Switch it on or off again.',
  'Neither the NVIDIA management library nor nvidia-smi is installed. Reinstall the NVIDIA driver.',
  'It sleeps to save power and is not woken to be looked at. Use it once, then look again.',
  'The NVIDIA driver does not list it: it fell off the bus, or this program may not use it. If it should be there, restart the machine.',
  'The card reports neither energy nor power, so work on it cannot be metered.',
  'No graphics driver serves it. Install the driver of its vendor.',
  'Its driver has no power meter that Windfall can read.',
  'Seen, not used: Windfall runs no jobs on this kind of hardware, and it has no power meter of its own that can be read.',
  'This user may not read the GPU. Add it to the group that owns /dev/nvidia*, or run as a user who may.',
  'The NVIDIA driver is installed but not loaded. Load the nvidia kernel module, or restart the machine.',
  'The NVIDIA management library cannot be loaded. Reinstall the NVIDIA driver.',
  'The GPU no longer answers on the bus. Restart the machine; if it happens again, check power and seating.',
  'The NVIDIA driver was updated while it was running. Restart the machine.',
  'The NVIDIA driver does not answer. Restart the machine.',
  'No container engine answers, so no container can use this GPU.',
  '{device} does not tell its temperature, so it cannot be kept below your ceiling of {ceiling} °C.',
  '{device} is at {celsius} °C; your ceiling is {ceiling} °C.',
  '{device} is at {celsius} °C; it goes on at {resume} °C.',
  '{device} does not tell its power, so it cannot be kept below your ceiling of {ceiling} W.',
  '{device} takes a break to stay at {ceiling} W on average, your ceiling.',
  // Jobs.
  'Another job works on a GPU that this one needs.',
  'Another job works on the processor.',
  'Other jobs use the memory that this one needs.',
  '{free} of GPU memory are free; this job needs {needed}, and {kept} are kept for you.',
  'This job may use {wanted} of memory; this machine gives jobs {given}. It goes back to the queue.',
  'Fetches what the job runs: {percent}%.',
  'Windfall stopped while this job was running. The job goes back to the queue.',
  'The run that was planned is over; the job goes on later from its checkpoint.',
  'The job takes much longer here than is usual; it goes on on another machine from its checkpoint.',
  'The grid is dirtier than usual; the job goes on later from its checkpoint.',
  'The owner of this machine has switched off every device that could do this job. It goes back to the queue.',
  'The job ran longer than its limit allows.',
  'The job used more memory than its limit allows.',
  'The job ended without writing /job/out/result.',
  'The job wrote more output than its limit allows.',
  'The job ended with exit code {code}.',
  'The coordinator gave this job to someone else, because this machine was silent for too long.',
  'The deadline of this job has passed.',
  'The requester cancelled this job.',
  'The job goes on, or is done once more to compare. This run is paid when it is finished or its requester cancels it, and not if it fails or misses its deadline.',
  'Docker runs, but this user may not use it. Add the user to the group "docker", or use rootless Docker.',
  'Docker does not answer. Start it (Docker Desktop, or: sudo systemctl start docker), or install it.',
  'The image archive arrived damaged: its SHA-256 is not the one the job names. Try again; if it stays so, tell the requester.',
  // Why an address cannot be paid.
  'It is not a Solana address.',
  'It is the System program, not a wallet.',
  'No key can exist for this address (it belongs to a program).',
  'It is a program; what is sent to it is lost.',
  'It is a token account or other data account; SOL sent to it is lost.',
  'What should be its USDC account is something else.',
  'Its USDC account belongs to somebody else now.',
  'Its USDC account is frozen by the issuer.',
  'It is the wallet that payouts come from.',
  'This coordinator does not pay in USDC.',
]

export interface Said {
  readonly text: string
  /** Nobody has said it in the reader's language. */
  readonly isForeign: boolean
}

interface Template {
  readonly message: string
  readonly shape: RegExp
  readonly places: readonly string[]
}

const PLACE = /\{(\w+)\}/g
const literal = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)

function templateOf(message: string): Template {
  const pieces = message.split(PLACE)
  return {
    message,
    shape: new RegExp(`^${pieces.map((piece, index) => (index % 2 === 0 ? literal(piece) : '(.+?)')).join('')}$`),
    places: pieces.filter((_, index) => index % 2 === 1),
  }
}

let templates: readonly Template[] | null = null

function known(sentence: string): string | null {
  templates ??= AGENT_SENTENCES.map(templateOf)
  for (const { message, shape, places } of templates) {
    const [, ...values] = shape.exec(sentence) ?? []
    if (values.length === places.length && shape.test(sentence)) return t(message, Object.fromEntries(places.map((name, index) => [name, values[index] ?? ''])))
  }
  return null
}

/** Where one sentence ends and the next begins. */
const BETWEEN = /(?<=[.!?]) (?=\p{Lu})/u

/** The agent says nothing as long as this; others might, and to look for sentences in it would take as long as they like. */
const LONGEST = 1_000

/** A text of the agent as its reader can read it, piece by piece; pieces stand with a space between them. */
export function saidByAgent(text: string): readonly Said[] {
  if (spokenLanguage() === 'en') return [{ text, isForeign: false }]
  if (text.length > LONGEST) return [{ text, isForeign: true }]
  const whole = known(text)
  if (whole !== null) return [{ text: whole, isForeign: false }]
  return text.split(BETWEEN).map((sentence) => {
    const own = known(sentence)
    return own === null ? { text: sentence, isForeign: true } : { text: own, isForeign: false }
  })
}

/** As {@link saidByAgent}, for where a language cannot be marked. */
export const agentText = (text: string): string =>
  saidByAgent(text)
    .map((said) => said.text)
    .join(' ')
