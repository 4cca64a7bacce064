#include "storage/index/schema.h"

#include "storage/index/database.h"
#include "storage/index/index.h"

/*
 * Version 1. Numbers are kept as received and, beside them, as digits and as digits backwards, so
 * that exact, prefix and ending searches are all ranges of an index. Every search index ends in
 * (started_us, id), the order of the lists.
 *
 * "unassigned" has an id that every store shares (a version 8 UUID), so that an index made anew
 * from the files alone finds its recordings again.
 */
static const char version_1[] =
    "CREATE TABLE customers ("
    "  id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),"
    "  number TEXT NOT NULL UNIQUE,"
    "  name TEXT NOT NULL,"
    "  pin_hash TEXT NOT NULL,"
    "  created_us INTEGER NOT NULL"
    ") STRICT;"

    "CREATE TABLE numbers ("
    "  digit_count INTEGER NOT NULL,"
    "  first_digits TEXT NOT NULL,"
    "  last_digits TEXT NOT NULL,"
    "  customer BLOB NOT NULL REFERENCES customers (id),"
    "  PRIMARY KEY (digit_count, first_digits),"
    "  CHECK (length(first_digits) = digit_count AND length(last_digits) = digit_count"
    "         AND first_digits <= last_digits)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE INDEX numbers_by_customer ON numbers (customer);"

    "CREATE TABLE sources ("
    "  name TEXT NOT NULL PRIMARY KEY,"
    "  network_first BLOB NOT NULL," /* 4 or 16 bytes */
    "  network_last BLOB NOT NULL,"
    "  prefix_bits INTEGER NOT NULL,"
    "  customer BLOB REFERENCES customers (id),"
    "  UNIQUE (network_first, prefix_bits)"
    ") STRICT, WITHOUT ROWID;"

    "CREATE TABLE recordings ("
    "  id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),"
    "  customer BLOB NOT NULL REFERENCES customers (id),"
    "  started_us INTEGER NOT NULL,"
    "  ended_us INTEGER NOT NULL DEFAULT 0,"
    "  duration_ms INTEGER NOT NULL DEFAULT 0,"
    "  state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 3),"
    "  direction INTEGER NOT NULL CHECK (direction BETWEEN 0 AND 3),"
    "  caller_number TEXT NOT NULL, caller_name TEXT NOT NULL,"
    "  caller_digits TEXT NOT NULL, caller_reversed TEXT NOT NULL,"
    "  called_number TEXT NOT NULL, called_name TEXT NOT NULL,"
    "  called_digits TEXT NOT NULL, called_reversed TEXT NOT NULL,"
    "  source TEXT NOT NULL, source_address TEXT NOT NULL,"
    "  sip_call_id TEXT NOT NULL, session_id TEXT NOT NULL,"
    "  sip_session_id TEXT NOT NULL, group_id TEXT NOT NULL,"
    "  node TEXT NOT NULL, end_cause TEXT NOT NULL, path TEXT NOT NULL,"
    "  audio_bytes INTEGER NOT NULL DEFAULT 0,"
    "  sha256_cipher BLOB, sha256_plain BLOB"
    ") STRICT;"
    "CREATE INDEX recordings_by_start ON recordings (started_us, id);"
    "CREATE INDEX recordings_by_state ON recordings (state, started_us, id);"
    "CREATE INDEX recordings_by_customer ON recordings (customer, started_us, id);"
    "CREATE INDEX recordings_by_caller ON recordings (customer, caller_digits, started_us, id);"
    "CREATE INDEX recordings_by_called ON recordings (customer, called_digits, started_us, id);"
    "CREATE INDEX recordings_by_caller_ending"
    "  ON recordings (customer, caller_reversed, started_us, id);"
    "CREATE INDEX recordings_by_called_ending"
    "  ON recordings (customer, called_reversed, started_us, id);"

    "CREATE TABLE legs ("
    "  recording BLOB NOT NULL REFERENCES recordings (id) ON DELETE CASCADE,"
    "  position INTEGER NOT NULL,"
    "  right_channel INTEGER NOT NULL,"
    "  label TEXT NOT NULL,"
    "  party_number TEXT NOT NULL, party_name TEXT NOT NULL,"
    "  codec TEXT NOT NULL,"
    "  packets_received INTEGER NOT NULL, packets_lost INTEGER NOT NULL,"
    "  packets_late INTEGER NOT NULL, packets_duplicate INTEGER NOT NULL,"
    "  PRIMARY KEY (recording, position)"
    ") STRICT, WITHOUT ROWID;"

    "CREATE TABLE facts ("
    "  recording BLOB NOT NULL REFERENCES recordings (id) ON DELETE CASCADE,"
    "  position INTEGER NOT NULL,"
    "  start_ms INTEGER NOT NULL, end_ms INTEGER NOT NULL,"
    "  leg INTEGER NOT NULL,"
    "  cause TEXT NOT NULL,"
    "  packets INTEGER NOT NULL,"
    "  PRIMARY KEY (recording, position)"
    ") STRICT, WITHOUT ROWID;"

    "CREATE TABLE sessions ("
    "  token_hash BLOB NOT NULL PRIMARY KEY CHECK (length(token_hash) = 32),"
    "  customer BLOB NOT NULL REFERENCES customers (id) ON DELETE CASCADE,"
    "  created_us INTEGER NOT NULL,"
    "  seen_us INTEGER NOT NULL"
    ") STRICT, WITHOUT ROWID;"

    "CREATE TABLE audit ("
    "  sequence INTEGER NOT NULL PRIMARY KEY,"
    "  at_us INTEGER NOT NULL,"
    "  actor TEXT NOT NULL,"
    "  action TEXT NOT NULL,"
    "  recording BLOB," /* no reference: an entry outlives what it tells of */
    "  address TEXT NOT NULL,"
    "  detail TEXT NOT NULL"
    ") STRICT;"
    "CREATE INDEX audit_by_recording ON audit (recording, sequence);"
    "CREATE TRIGGER audit_never_updated BEFORE UPDATE ON audit"
    " BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;"
    "CREATE TRIGGER audit_never_deleted BEFORE DELETE ON audit"
    " BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;"
    /* INSERT OR REPLACE would remove a row without asking the trigger above. */
    "CREATE TRIGGER audit_never_replaced BEFORE INSERT ON audit"
    " WHEN EXISTS (SELECT 1 FROM audit WHERE sequence = NEW.sequence)"
    " BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;"
    /* Nor may an entry come before others, or leave a gap. */
    "CREATE TRIGGER audit_only_appended AFTER INSERT ON audit"
    " WHEN NEW.sequence <> (SELECT COALESCE(max(sequence), 0) + 1 FROM audit"
    "  WHERE sequence < NEW.sequence)"
    " BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;"

    "INSERT INTO customers (id, number, name, pin_hash, created_us)"
    " VALUES (x'00000000000080008000000000000000', 'unassigned', 'Unassigned calls', '',"
    "  CAST(strftime('%s', 'now') AS INTEGER) * 1000000);";

/*
 * Version 2. A source is known by its network, its certificate, or both, and has limits of its own.
 * Two sources may share a network where their certificates differ, and a certificate where their
 * networks do; NULLs are all different to a unique index, so those of no network have one of
 * theirs.
 *
 * A recording belongs to a conversation, that of its first recording. Alone it is in no index of
 * conversations or ties, so that most calls cost no entry there.
 */
static const char version_2[] =
    "CREATE TABLE sources_2 ("
    "  name TEXT NOT NULL PRIMARY KEY,"
    "  network_first BLOB," /* 4 or 16 bytes; NULL: any address */
    "  network_last BLOB,"
    "  prefix_bits INTEGER NOT NULL,"
    "  certificate TEXT NOT NULL,"
    "  customer BLOB REFERENCES customers (id),"
    "  plain_calls INTEGER NOT NULL, plain_keys INTEGER NOT NULL,"
    "  calls_max INTEGER NOT NULL, dialogs_max INTEGER NOT NULL, rate_per_s INTEGER NOT NULL,"
    "  CHECK (network_first IS NOT NULL OR certificate <> '')"
    ") STRICT, WITHOUT ROWID;"
    "INSERT INTO sources_2 (name, network_first, network_last, prefix_bits, certificate, customer,"
    "  plain_calls, plain_keys, calls_max, dialogs_max, rate_per_s)"
    " SELECT name, network_first, network_last, prefix_bits, '', customer, 0, 0, 0, 0, 0"
    " FROM sources;"
    "DROP TABLE sources;"
    "ALTER TABLE sources_2 RENAME TO sources;"
    "CREATE UNIQUE INDEX sources_by_network"
    "  ON sources (network_first, prefix_bits, certificate);"
    "CREATE UNIQUE INDEX sources_by_certificate ON sources (certificate)"
    "  WHERE network_first IS NULL;"

    "ALTER TABLE facts ADD COLUMN detail TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE legs ADD COLUMN packets_ignored INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE legs ADD COLUMN packets_refused INTEGER NOT NULL DEFAULT 0;"

    "ALTER TABLE recordings ADD COLUMN call_reference TEXT NOT NULL DEFAULT '';"
    /* the two halves of sip_session_id, see sip_session.h */
    "ALTER TABLE recordings ADD COLUMN sip_session_local TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE recordings ADD COLUMN sip_session_remote TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE recordings ADD COLUMN conversation BLOB NOT NULL"
    "  DEFAULT x'00000000000000000000000000000000' CHECK (length(conversation) = 16);"
    "UPDATE recordings SET conversation = id;"
    /* whose it turned out to be, where its file is still another customer's */
    "ALTER TABLE recordings ADD COLUMN owner_due BLOB REFERENCES customers (id);"
    "CREATE INDEX recordings_by_owner_due ON recordings (started_us, id)"
    "  WHERE owner_due IS NOT NULL;"
    /* with the customer, so that counting reads no rows */
    "CREATE INDEX recordings_by_conversation"
    "  ON recordings (conversation, started_us, id, customer)"
    "  WHERE conversation <> id;"
    "CREATE INDEX recordings_by_group ON recordings (customer, source, group_id, started_us)"
    "  WHERE group_id <> '';"
    "CREATE INDEX recordings_by_session ON recordings (customer, source, session_id, started_us)"
    "  WHERE session_id <> '';"
    "CREATE INDEX recordings_by_reference"
    "  ON recordings (customer, source, call_reference, started_us) WHERE call_reference <> '';"
    "CREATE INDEX recordings_by_sip_local"
    "  ON recordings (customer, source, sip_session_local, started_us)"
    "  WHERE sip_session_local <> '';"
    "CREATE INDEX recordings_by_sip_remote"
    "  ON recordings (customer, source, sip_session_remote, started_us)"
    "  WHERE sip_session_remote <> '';"
    /* A program of version 1 that has the index open while it becomes version 2 goes on writing:
     * its recordings are alone, and not all of one conversation. */
    "CREATE TRIGGER recordings_alone AFTER INSERT ON recordings"
    " WHEN NEW.conversation = x'00000000000000000000000000000000'"
    " BEGIN UPDATE recordings SET conversation = id WHERE id = NEW.id; END;";

/*
 * Version 3. What ties calls is a table, one row for each tie: a call may have several groups and
 * several sessions. `value` is as it is compared (ties.h), and so are those of version 2 that are
 * taken over: not too short, not so long that they may have been cut, not one sign over and over.
 * A row goes with its recording, and is of the customer that its recording is of.
 *
 * by_number: the recording is in its conversation because of a telephone number alone
 * (transfers.h).
 */
static const char version_3[] =
    "CREATE TABLE ties ("
    "  customer BLOB NOT NULL,"
    "  source TEXT NOT NULL,"
    "  kind INTEGER NOT NULL," /* enum index_tie_kind */
    "  value TEXT NOT NULL,"
    "  started_us INTEGER NOT NULL," /* of the recording */
    "  recording BLOB NOT NULL REFERENCES recordings (id) ON DELETE CASCADE,"
    "  PRIMARY KEY (customer, source, kind, value, started_us, recording)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE INDEX ties_by_recording ON ties (recording);"
    "CREATE TRIGGER ties_follow AFTER UPDATE OF customer ON recordings"
    " BEGIN UPDATE ties SET customer = NEW.customer WHERE recording = NEW.id; END;"

    "WITH said (kind, value, recording) AS ("
    "  SELECT 1, group_id, id FROM recordings UNION ALL"
    "  SELECT 2, session_id, id FROM recordings"
    "   WHERE length(CAST(session_id AS BLOB)) >= 8 UNION ALL"
    "  SELECT 3, call_reference, id FROM recordings UNION ALL"
    "  SELECT 4, sip_session_local, id FROM recordings UNION ALL"
    "  SELECT 4, sip_session_remote, id FROM recordings"
    "), bare (kind, value, recording, signs) AS ("
    "  SELECT kind, value, recording,"
    "   replace(replace(replace(replace(value, '-', ''), '=', ''), '{', ''), '}', '') FROM said"
    "  WHERE length(CAST(value AS BLOB)) BETWEEN 2 AND 123"
    ") INSERT INTO ties (customer, source, kind, value, started_us, recording)"
    " SELECT r.customer, r.source, b.kind, b.value, r.started_us, r.id"
    " FROM bare b JOIN recordings r ON r.id = b.recording"
    " WHERE replace(b.signs, substr(b.signs, 1, 1), '') <> '' ON CONFLICT DO NOTHING;"

    "DROP INDEX recordings_by_group;"
    "DROP INDEX recordings_by_session;"
    "DROP INDEX recordings_by_reference;"
    "DROP INDEX recordings_by_sip_local;"
    "DROP INDEX recordings_by_sip_remote;"
    "ALTER TABLE recordings DROP COLUMN sip_session_local;"
    "ALTER TABLE recordings DROP COLUMN sip_session_remote;"
    "ALTER TABLE recordings ADD COLUMN by_number INTEGER NOT NULL DEFAULT 0;";

/*
 * Version 4: how a leg was heard, who spoke for how long. talk_over_ms is -1 where none of that was
 * measured: of calls from before, and of those that were cut short.
 */
static const char version_4[] =
    "ALTER TABLE recordings ADD COLUMN talk_over_ms INTEGER NOT NULL DEFAULT -1;"
    "ALTER TABLE legs ADD COLUMN r_tenths INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE legs ADD COLUMN mos_hundredths INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE legs ADD COLUMN jitter_us INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE legs ADD COLUMN speech_ms INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE legs ADD COLUMN longest_silence_ms INTEGER NOT NULL DEFAULT 0;";

/*
 * Version 5: how a customer's calls are recorded, the codes of a source, a leg's own channel, and
 * what is asked of recordings in progress (controls.h). AUTOINCREMENT: an id that was used is never
 * somebody else's request.
 */
static const char version_5[] =
    "ALTER TABLE customers ADD COLUMN mask INTEGER NOT NULL DEFAULT 0;" /* enum policy_parties */
    "ALTER TABLE customers ADD COLUMN pause_max_s INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE customers ADD COLUMN encoder INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE customers ADD COLUMN bitrate INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE customers ADD COLUMN complexity INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE sources ADD COLUMN pause_code TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE sources ADD COLUMN resume_code TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE sources ADD COLUMN channels INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE legs ADD COLUMN own_channel INTEGER NOT NULL DEFAULT 0;"

    "CREATE TABLE controls ("
    "  id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,"
    "  recording BLOB NOT NULL REFERENCES recordings (id) ON DELETE CASCADE,"
    "  node TEXT NOT NULL," /* as the recording has it */
    "  pause INTEGER NOT NULL,"
    "  parties INTEGER NOT NULL,"
    "  limit_s INTEGER NOT NULL,"
    "  actor TEXT NOT NULL, reason TEXT NOT NULL, address TEXT NOT NULL,"
    "  asked_us INTEGER NOT NULL,"
    "  state INTEGER NOT NULL," /* enum control_state */
    "  at_ms INTEGER NOT NULL"
    ") STRICT;"
    "CREATE INDEX controls_asked ON controls (node, id) WHERE state = 0;"
    "CREATE INDEX controls_by_recording ON controls (recording, state);";

/*
 * Version 6: when each file was read from end to end, and what was found (scrub.h); and alarms,
 * each once as long as nobody has acknowledged it (alarms.h). An alarm outlives what it tells of.
 */
static const char version_6[] =
    "ALTER TABLE recordings ADD COLUMN scrubbed_us INTEGER NOT NULL DEFAULT 0;"
    /* enum scrub_result */
    "ALTER TABLE recordings ADD COLUMN scrub_result INTEGER NOT NULL DEFAULT 0;"
    "CREATE INDEX recordings_by_scrub ON recordings (scrub_result, scrubbed_us, id)"
    "  WHERE state IN (1, 2);"

    "CREATE TABLE alarms ("
    "  id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,"
    "  at_us INTEGER NOT NULL,"
    "  kind TEXT NOT NULL,"
    "  recording BLOB NOT NULL," /* no reference */
    "  lost_ms INTEGER NOT NULL,"
    "  why TEXT NOT NULL,"
    "  acknowledged_us INTEGER NOT NULL DEFAULT 0," /* 0: it is open */
    "  acknowledged_by TEXT NOT NULL DEFAULT '', note TEXT NOT NULL DEFAULT ''"
    ") STRICT;"
    "CREATE UNIQUE INDEX alarms_open ON alarms (recording, kind) WHERE acknowledged_us = 0;";

/*
 * Version 7: what signs people in is bound by the sign-in key (storage/seal/sign_in.h). PIN hashes
 * and sessions of before are not taken over, for nobody can say who wrote them: every customer
 * needs a new PIN.
 */
static const char version_7[] =
    "ALTER TABLE customers DROP COLUMN pin_hash;"
    "ALTER TABLE customers ADD COLUMN pin BLOB NOT NULL DEFAULT x'';" /* sealed, or empty */
    "DELETE FROM sessions;"
    "ALTER TABLE sessions ADD COLUMN proof BLOB NOT NULL DEFAULT x'';";

const char *const schema_steps[] = {version_1, version_2, version_3, version_4,
                                    version_5, version_6, version_7};
_Static_assert(sizeof schema_steps / sizeof schema_steps[0] == INDEX_SCHEMA_VERSION,
               "one step per schema version");

static enum status read_number(sqlite3 *db, const char *sql, int *value, struct fault *fault)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);

    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        *value = sqlite3_column_int(statement, 0);
    (void)sqlite3_finalize(statement);
    return code == SQLITE_ROW ? STATUS_OK : database_fault(db, code, fault, "read schema version");
}

enum status schema_version(sqlite3 *db, int *version, struct fault *fault)
{
    return read_number(db, "PRAGMA user_version", version, fault);
}

static enum status apply_steps(sqlite3 *db, const char *const *steps, int version,
                               struct fault *fault)
{
    int present = 0;
    int tables = 0;
    enum status status = schema_version(db, &present, fault);

    if (status == STATUS_OK)
        status = read_number(db, "SELECT count(*) FROM sqlite_master", &tables, fault);
    if (status != STATUS_OK)
        return status;
    if (present > version)
        return fault_set(fault, STATUS_VERSION, 0,
                         "schema version %d is newer than this program's %d; update the program",
                         present, version);
    if (present < 0 || (present == 0 && tables > 0))
        return fault_set(fault, STATUS_CORRUPT, 0, "a database, but not an index of recordings");
    for (int i = present; i < version; i++) {
        status = database_execute(db, steps[i], fault, "migrate schema");
        if (status != STATUS_OK)
            return status;
    }
    char text[48];
    (void)sqlite3_snprintf(sizeof text, text, "PRAGMA user_version = %d", version);
    return present == version ? STATUS_OK : database_execute(db, text, fault, "set schema version");
}

enum status schema_migrate(sqlite3 *db, const char *const *steps, int version, struct fault *fault)
{
    enum status status = database_execute(db, "BEGIN IMMEDIATE", fault, "begin migration");

    if (status != STATUS_OK)
        return status;
    status = apply_steps(db, steps, version, fault);
    if (status == STATUS_OK)
        status = database_execute(db, "COMMIT", fault, "commit migration");
    if (status != STATUS_OK)
        (void)sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    return status;
}
