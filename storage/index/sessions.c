#include "storage/index/sessions.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

#include "storage/index/database.h"

/* How stale the stored idle time may be. */
enum { SESSION_TOUCH_S = 60 };

#define US_PER_S INT64_C(1000000)

static const char add_sql[] =
    "INSERT INTO sessions (token_hash, customer, created_us, seen_us, proof)"
    " VALUES (?1, ?2, ?3, ?3, ?4)";
static const char find_sql[] =
    "SELECT c.id, c.number, c.name, c.created_us, s.seen_us, s.created_us, s.proof"
    " FROM sessions s JOIN customers c ON c.id = s.customer"
    " WHERE s.token_hash = ?1 AND s.seen_us > ?2 AND s.created_us > ?3";
static const char touch_sql[] = "UPDATE sessions SET seen_us = ?1 WHERE token_hash = ?2";
static const char remove_sql[] = "DELETE FROM sessions WHERE token_hash = ?1";
static const char remove_all_sql[] = "DELETE FROM sessions WHERE customer = ?1";
static const char expire_sql[] = "DELETE FROM sessions WHERE seen_us <= ?1 OR created_us <= ?2";

struct token_hash {
    uint8_t b[crypto_hash_sha256_BYTES];
};

static_assert(sizeof(struct token_hash) == SIGN_IN_TOKEN_HASH_BYTES, "a proof covers it");

/* A row, and the customer that it is of. */
struct session_row {
    struct customer customer;
    int64_t seen_us;
    int64_t created_us;
    uint8_t proof[SIGN_IN_PROOF_BYTES];
};

static struct token_hash hash_of(const uint8_t token[static SESSION_TOKEN_BYTES])
{
    struct token_hash hash;

    (void)crypto_hash_sha256(hash.b, token, SESSION_TOKEN_BYTES);
    return hash;
}

static void prove(const struct sign_in_key *key, const struct token_hash *hash,
                  struct uuid customer, int64_t created_us,
                  uint8_t proof[static SIGN_IN_PROOF_BYTES])
{
    struct sign_in_session session = {.customer = customer, .created_us = created_us};

    memcpy(session.token_hash, hash->b, sizeof hash->b);
    sign_in_prove(key, &session, proof);
}

enum status sessions_add(struct index *index, const struct sign_in_key *key,
                         const uint8_t token[static SESSION_TOKEN_BYTES], struct uuid customer,
                         wall_time now, struct fault *fault)
{
    struct token_hash hash = hash_of(token);
    uint8_t proof[SIGN_IN_PROOF_BYTES];
    struct statement statement;
    enum status status = statement_begin(index, STATEMENT_SESSION_ADD, add_sql, &statement, fault);

    if (status != STATUS_OK)
        return status;
    statement_blob(&statement, hash.b, sizeof hash.b);
    statement_uuid(&statement, &customer);
    statement_time(&statement, now);
    prove(key, &hash, customer, clock_wall_us(now), proof);
    statement_blob(&statement, proof, sizeof proof);
    return statement_run(&statement, NULL, fault, "add session");
}

enum status sessions_touch(struct index *index, const uint8_t token[static SESSION_TOKEN_BYTES],
                           wall_time now, struct fault *fault)
{
    struct token_hash hash = hash_of(token);
    struct statement statement;
    enum status status =
        statement_begin(index, STATEMENT_SESSION_TOUCH, touch_sql, &statement, fault);

    if (status != STATUS_OK)
        return status;
    statement_time(&statement, now);
    statement_blob(&statement, hash.b, sizeof hash.b);
    return statement_run(&statement, NULL, fault, "touch session");
}

/* STATUS_NOT_FOUND: unknown, or it is over. */
static enum status read_row(struct index *index, const struct token_hash *hash, int64_t now_us,
                            struct session_row *found, struct fault *fault)
{
    struct statement statement;
    bool row = false;
    enum status status =
        statement_begin(index, STATEMENT_SESSION_FIND, find_sql, &statement, fault);

    if (status != STATUS_OK)
        return status;
    statement_blob(&statement, hash->b, sizeof hash->b);
    statement_integer(&statement, now_us - SESSION_IDLE_S * US_PER_S);
    statement_integer(&statement, now_us - SESSION_LIFE_S * US_PER_S);
    status = statement_step(&statement, &row, fault, "find session");
    if (status == STATUS_OK && row) {
        found->customer.id = statement_read_uuid(&statement);
        statement_read_text(&statement, found->customer.number, sizeof found->customer.number);
        statement_read_text(&statement, found->customer.name, sizeof found->customer.name);
        found->customer.created = statement_read_time(&statement);
        found->seen_us = statement_read_integer(&statement);
        found->created_us = statement_read_integer(&statement);
        statement_read_blob(&statement, found->proof, sizeof found->proof);
    }
    statement_end(&statement);
    if (status == STATUS_OK && !row)
        status = fault_set(fault, STATUS_NOT_FOUND, 0, "no such session, or it is over");
    return status;
}

enum status sessions_find(struct index *index, const struct sign_in_key *key,
                          const uint8_t token[static SESSION_TOKEN_BYTES], wall_time now,
                          struct session *found, struct fault *fault)
{
    struct token_hash hash = hash_of(token);
    struct session_row row = {0};
    uint8_t proof[SIGN_IN_PROOF_BYTES];
    int64_t now_us = clock_wall_us(now);
    enum status status = read_row(index, &hash, now_us, &row, fault);

    if (status != STATUS_OK)
        return status;
    prove(key, &hash, row.customer.id, row.created_us, proof);
    if (sodium_memcmp(proof, row.proof, sizeof proof) != 0)
        return fault_set(fault, STATUS_DENIED, 0,
                         "the session's row was not made with this sign-in key");
    found->customer = row.customer;
    found->touch_due = now_us - row.seen_us >= SESSION_TOUCH_S * US_PER_S;
    return STATUS_OK;
}

enum status sessions_remove(struct index *index, const uint8_t token[static SESSION_TOKEN_BYTES],
                            struct fault *fault)
{
    struct token_hash hash = hash_of(token);
    struct statement statement;
    enum status status =
        statement_begin(index, STATEMENT_SESSION_REMOVE, remove_sql, &statement, fault);

    if (status != STATUS_OK)
        return status;
    statement_blob(&statement, hash.b, sizeof hash.b);
    return statement_run(&statement, NULL, fault, "remove session");
}

enum status sessions_remove_all(struct index *index, struct uuid customer, struct fault *fault)
{
    struct statement statement;
    enum status status =
        statement_begin(index, STATEMENT_SESSION_REMOVE_ALL, remove_all_sql, &statement, fault);

    if (status != STATUS_OK)
        return status;
    statement_uuid(&statement, &customer);
    return statement_run(&statement, NULL, fault, "remove sessions");
}

enum status sessions_expire(struct index *index, wall_time now, struct fault *fault)
{
    struct statement statement;
    int64_t now_us = clock_wall_us(now);
    enum status status =
        statement_begin(index, STATEMENT_SESSION_EXPIRE, expire_sql, &statement, fault);

    if (status != STATUS_OK)
        return status;
    statement_integer(&statement, now_us - SESSION_IDLE_S * US_PER_S);
    statement_integer(&statement, now_us - SESSION_LIFE_S * US_PER_S);
    return statement_run(&statement, NULL, fault, "expire sessions");
}
