import { z } from 'zod'

// The content security policy forbids code from text, which zod would try in order to be faster. It decides when a schema is made,
// so this module comes before every other import of an entry.
z.config({ jitless: true })
