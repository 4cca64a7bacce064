/* How a customer's calls are recorded: columns of the customer's row. */
#include <string.h>

#include "storage/index/customers.h"
#include "storage/index/database.h"

static const char *const parties_names[] = {[POLICY_NOBODY] = "nobody",
                                            [POLICY_CALLER] = "caller",
                                            [POLICY_CALLED] = "called",
                                            [POLICY_BOTH] = "both"};

static const char get_sql[] =
    "SELECT mask, pause_max_s, encoder, bitrate, complexity FROM customers WHERE id = ?1";
static const char set_sql[] = "UPDATE customers SET mask = ?1, pause_max_s = ?2, encoder = ?3,"
                              " bitrate = ?4, complexity = ?5 WHERE number = ?6";

const char *policy_parties_name(enum policy_parties parties)
{
    return parties <= POLICY_BOTH ? parties_names[parties] : "unknown";
}

enum status policy_parties_find(const char *name, enum policy_parties *parties)
{
    for (unsigned i = POLICY_NOBODY; i <= POLICY_BOTH; i++) {
        if (strcmp(parties_names[i], name) != 0)
            continue;
        *parties = (enum policy_parties)i;
        return STATUS_OK;
    }
    return STATUS_NOT_FOUND;
}

enum status customers_policy(struct index *index, const struct uuid *customer,
                             struct customer_policy *policy, struct fault *fault)
{
    struct customer_policy found = {0};
    struct statement statement;
    bool row = false;
    enum status status = statement_begin(index, STATEMENT_POLICY_GET, get_sql, &statement, fault);

    if (status != STATUS_OK)
        return status;
    statement_uuid(&statement, customer);
    status = statement_step(&statement, &row, fault, "read policy");
    if (status == STATUS_OK && row) {
        found.mask = (enum policy_parties)statement_read_integer(&statement);
        found.pause_max_s = (unsigned)statement_read_integer(&statement);
        found.encoder = (enum policy_encoder)statement_read_integer(&statement);
        found.bitrate = (unsigned)statement_read_integer(&statement);
        found.complexity = (unsigned)statement_read_integer(&statement);
    }
    statement_end(&statement);
    if (status == STATUS_OK && !row)
        return fault_set(fault, STATUS_NOT_FOUND, 0, "no such customer");
    if (status == STATUS_OK)
        *policy = found;
    return status;
}

static enum status check_policy(const struct customer_policy *policy, struct fault *fault)
{
    if (policy->mask > POLICY_BOTH)
        return fault_set(fault, STATUS_INVALID, 0,
                         "the mask must be nobody, caller, called or both");
    if (policy->pause_max_s > POLICY_PAUSE_S_MAX)
        return fault_set(fault, STATUS_INVALID, 0,
                         "the limit of a pause must be 1 to %d seconds, or 0 for none",
                         POLICY_PAUSE_S_MAX);
    if (policy->encoder > POLICY_AUDIO)
        return fault_set(fault, STATUS_INVALID, 0, "the encoder must be lowdelay, speech or audio");
    if (policy->bitrate &&
        (policy->bitrate < POLICY_BITRATE_MIN || policy->bitrate > POLICY_BITRATE_MAX))
        return fault_set(fault, STATUS_INVALID, 0,
                         "the bitrate must be %d to %d bit/s, or 0 for what the sound needs",
                         POLICY_BITRATE_MIN, POLICY_BITRATE_MAX);
    if (policy->complexity > POLICY_COMPLEXITY_MAX)
        return fault_set(fault, STATUS_INVALID, 0, "the complexity must be 0 to %d",
                         POLICY_COMPLEXITY_MAX);
    return STATUS_OK;
}

enum status customers_set_policy(struct index *index, const char *number,
                                 const struct customer_policy *policy, struct fault *fault)
{
    struct statement statement;
    int changes = 0;
    enum status status = check_policy(policy, fault);

    if (status == STATUS_OK)
        status = statement_begin(index, STATEMENT_POLICY_SET, set_sql, &statement, fault);
    if (status != STATUS_OK)
        return status;
    statement_integer(&statement, (int64_t)policy->mask);
    statement_integer(&statement, policy->pause_max_s);
    statement_integer(&statement, (int64_t)policy->encoder);
    statement_integer(&statement, policy->bitrate);
    statement_integer(&statement, policy->complexity);
    statement_text(&statement, number);
    status = statement_run(&statement, &changes, fault, "set policy");
    if (status == STATUS_OK && !changes)
        return fault_set(fault, STATUS_NOT_FOUND, 0, "no customer %s", number);
    return status;
}
