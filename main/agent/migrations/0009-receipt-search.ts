export const version = 9

/** What a receipt is found by, in small letters with spaces between; filled when the receipts are next opened where it is missing. */
export const sql = `
ALTER TABLE receipt ADD COLUMN found_by TEXT;
CREATE INDEX receipt_unread ON receipt (receipt_id) WHERE found_by IS NULL;
`
