#include "storage/index/sessions.h"

#include <sodium.h>

#include "storage/index/database.h"

/* How stale the stored idle time may be. */
enum { SESSION_TOUCH_S = 60 };

#define US_PER_S INT64_C(1000000)

static const char add_sql[] = "INSERT INTO sessions (token_hash, customer, created_us, seen_us)"
                              " VALUES (?1, ?2, ?3, ?3)";
static const char find_sql[] = "SELECT c.id, c.number, c.name, c.created_us, s.seen_us"
                               " FROM sessions s JOIN customers c ON c.id = s.customer"
                               " WHERE s.token_hash = ?1 AND s.seen_us > ?2 AND s.created_us > ?3";
static const char touch_sql[] = "UPDATE sessions SET seen_us = ?1 WHERE token_hash = ?2";
static const char remove_sql[] = "DELETE FROM sessions WHERE token_hash = ?1";
static const char remove_all_sql[] = "DELETE FROM sessions WHERE customer = ?1";
static const char expire_sql[] = "DELETE FROM sessions WHERE seen_us <= ?1 OR created_us <= ?2";

struct token_hash {
    uint8_t b[crypto_hash_sha256_BYTES];
};

static struct token_hash hash_of(const uint8_t token[static SESSION_TOKEN_BYTES])
{
    struct token_hash hash;

    (void)crypto_hash_sha256(hash.b, token, SESSION_TOKEN_BYTES);
    return hash;
}

enum status sessions_add(struct index *index, const uint8_t token[static SESSION_TOKEN_BYTES],
                         struct uuid customer, wall_time now, struct fault *fault)
{
    struct token_hash hash = hash_of(token);
    struct statement statement;
    enum status status = statement_begin(index, STATEMENT_SESSION_ADD, add_sql, &statement, fault);

    if (status != STATUS_OK)
        return status;
    statement_blob(&statement, hash.b, sizeof hash.b);
    statement_uuid(&statement, &customer);
    statement_time(&statement, now);
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

enum status sessions_find(struct index *index, const uint8_t token[static SESSION_TOKEN_BYTES],
                          wall_time now, struct customer *customer, bool *touch_due,
                          struct fault *fault)
{
    struct token_hash hash = hash_of(token);
    struct statement statement;
    struct customer found = {0};
    int64_t now_us = clock_wall_us(now);
    int64_t seen_us = 0;
    bool row = false;
    enum status status =
        statement_begin(index, STATEMENT_SESSION_FIND, find_sql, &statement, fault);

    if (status != STATUS_OK)
        return status;
    statement_blob(&statement, hash.b, sizeof hash.b);
    statement_integer(&statement, now_us - SESSION_IDLE_S * US_PER_S);
    statement_integer(&statement, now_us - SESSION_LIFE_S * US_PER_S);
    status = statement_step(&statement, &row, fault, "find session");
    if (status == STATUS_OK && row) {
        found.id = statement_read_uuid(&statement);
        statement_read_text(&statement, found.number, sizeof found.number);
        statement_read_text(&statement, found.name, sizeof found.name);
        found.created = statement_read_time(&statement);
        seen_us = statement_read_integer(&statement);
    }
    statement_end(&statement);
    if (status == STATUS_OK && !row)
        status = fault_set(fault, STATUS_NOT_FOUND, 0, "no such session, or it is over");
    if (status != STATUS_OK)
        return status;
    *customer = found;
    *touch_due = now_us - seen_us >= SESSION_TOUCH_S * US_PER_S;
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
