#include <stdio.h>
#include <string.h>

#include "storage/index/customers.h"
#include "storage/index/database.h"
#include "storage/index/lookup.h"

static const char add_sql[] =
    "INSERT INTO numbers (digit_count, first_digits, last_digits, customer)"
    " VALUES (?1, ?2, ?3, ?4)";

/* Ranges of one length never overlap, so the one that begins last at or before the digits is the
 * only one that can hold them. */
static const char find_sql[] = "SELECT n.last_digits, n.first_digits, n.customer, c.number"
                               " FROM numbers n JOIN customers c ON c.id = n.customer"
                               " WHERE n.digit_count = ?1 AND n.first_digits <= ?2"
                               " ORDER BY n.first_digits DESC LIMIT 1";

static const char list_sql[] = "SELECT c.number, n.first_digits, n.last_digits"
                               " FROM numbers n JOIN customers c ON c.id = n.customer"
                               " ORDER BY c.number, n.first_digits, n.digit_count";

/* The range that begins last at or before `digits`; *found false where none does. */
static enum status range_before(struct index *index, const char *digits, bool *found,
                                struct customer_number *range, struct uuid *customer,
                                struct fault *fault)
{
    struct statement statement;
    enum status status = statement_begin(index, STATEMENT_NUMBER_FIND, find_sql, &statement, fault);

    if (status != STATUS_OK)
        return status;
    statement_integer(&statement, (int64_t)strlen(digits));
    statement_text(&statement, digits);
    status = statement_step(&statement, found, fault, "find number");
    if (status == STATUS_OK && *found) {
        statement_read_text(&statement, range->last, sizeof range->last);
        statement_read_text(&statement, range->first, sizeof range->first);
        *customer = statement_read_uuid(&statement);
        statement_read_text(&statement, range->customer, sizeof range->customer);
    }
    statement_end(&statement);
    return status;
}

enum status numbers_find(struct index *index, const char *number, bool *found,
                         struct uuid *customer, struct fault *fault)
{
    struct customer_number range;
    struct uuid owner;
    char digits[BOUND_NUMBER_BYTES];
    bool before = false;

    number_digits(number, digits);
    if (digits[0]) {
        enum status status = range_before(index, digits, &before, &range, &owner, fault);
        if (status != STATUS_OK)
            return status;
    }
    *found = before && strcmp(range.last, digits) >= 0;
    if (*found)
        *customer = owner;
    return STATUS_OK;
}

static enum status check_range(const char *first, const char *last, char first_digits[],
                               char last_digits[], struct fault *fault)
{
    number_digits(first, first_digits);
    number_digits(last, last_digits);
    if (!first_digits[0] || !last_digits[0])
        return fault_set(fault, STATUS_INVALID, 0, "'%s' is not a phone number of 1 to %d digits",
                         first_digits[0] ? last : first, BOUND_NUMBER_BYTES - 1);
    if (strlen(first_digits) != strlen(last_digits))
        return fault_set(fault, STATUS_INVALID, 0,
                         "the two ends %s and %s of a range must have equally many digits",
                         first_digits, last_digits);
    if (strcmp(first_digits, last_digits) > 0)
        return fault_set(fault, STATUS_INVALID, 0, "the range begins after its end: %s is above %s",
                         first_digits, last_digits);
    return STATUS_OK;
}

static enum status insert_range(struct index *index, const struct uuid *customer, const char *first,
                                const char *last, struct fault *fault)
{
    struct statement statement;
    enum status status = statement_begin(index, STATEMENT_NUMBER_ADD, add_sql, &statement, fault);

    if (status != STATUS_OK)
        return status;
    statement_integer(&statement, (int64_t)strlen(first));
    statement_text(&statement, first);
    statement_text(&statement, last);
    statement_uuid(&statement, customer);
    return statement_run(&statement, NULL, fault, "add number");
}

static enum status add_checked(struct index *index, const char *customer, const char *first,
                               const char *last, struct fault *fault)
{
    struct customer owner;
    struct customer_number other;
    struct uuid other_owner;
    bool found = false;
    enum status status = customers_find(index, customer, &owner, fault);

    if (status == STATUS_OK)
        status = range_before(index, last, &found, &other, &other_owner, fault);
    if (status != STATUS_OK)
        return status;
    if (found && strcmp(other.last, first) >= 0)
        return fault_set(fault, STATUS_EXISTS, 0, "%s-%s overlaps %s-%s of customer %s", first,
                         last, other.first, other.last, other.customer);
    return insert_range(index, &owner.id, first, last, fault);
}

enum status numbers_add(struct index *index, const char *customer, const char *first,
                        const char *last, struct fault *fault)
{
    char first_digits[BOUND_NUMBER_BYTES];
    char last_digits[BOUND_NUMBER_BYTES];
    bool own = false;
    enum status status = check_range(first, last, first_digits, last_digits, fault);

    if (status == STATUS_OK)
        status = database_step_begin(index, &own, fault);
    if (status != STATUS_OK)
        return status;
    status = add_checked(index, customer, first_digits, last_digits, fault);
    return database_step_end(index, own, status, fault);
}

enum status numbers_list(struct index *index,
                         void (*visit)(void *context, const struct customer_number *number),
                         void *context, struct fault *fault)
{
    struct statement statement;
    struct customer_number number;
    bool row = false;
    enum status status = statement_begin(index, STATEMENT_NUMBER_LIST, list_sql, &statement, fault);

    if (status != STATUS_OK)
        return status;
    while ((status = statement_step(&statement, &row, fault, "list numbers")) == STATUS_OK && row) {
        statement_read_text(&statement, number.customer, sizeof number.customer);
        statement_read_text(&statement, number.first, sizeof number.first);
        statement_read_text(&statement, number.last, sizeof number.last);
        visit(context, &number);
    }
    statement_end(&statement);
    return status;
}
