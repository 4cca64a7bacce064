#include <stdio.h>
#include <string.h>

#include "storage/index/customers.h"
#include "storage/index/lookup.h"

static enum call_direction direction_of(bool caller_is_theirs, bool called_is_theirs)
{
    if (caller_is_theirs && called_is_theirs)
        return CALL_INTERNAL;
    if (caller_is_theirs)
        return CALL_OUT;
    return called_is_theirs ? CALL_IN : CALL_UNKNOWN;
}

static enum status find_unassigned(struct index *index, struct uuid *id, struct fault *fault)
{
    struct customer customer;
    enum status status = customers_find(index, CUSTOMER_UNASSIGNED, &customer, fault);

    if (status == STATUS_OK)
        *id = customer.id;
    return status;
}

enum status call_owner_find(struct index *index, const char *caller, const char *called,
                            const char *source, struct call_owner *owner, struct fault *fault)
{
    struct call_owner found = {.direction = CALL_UNKNOWN};
    struct uuid caller_owner = {{0}};
    struct uuid called_owner = {{0}};
    struct uuid source_owner = {{0}};
    bool has_caller = false;
    bool has_called = false;
    bool has_source = false;
    enum status status = numbers_find(index, caller, &has_caller, &caller_owner, fault);

    if (status == STATUS_OK)
        status = numbers_find(index, called, &has_called, &called_owner, fault);
    if (status == STATUS_OK)
        status = sources_default(index, source, &has_source, &source_owner, fault);
    if (status != STATUS_OK)
        return status;
    if (has_caller || has_called) {
        bool called_side = has_called && has_source && uuid_equal(called_owner, source_owner);
        found.customer = has_caller && !called_side ? caller_owner : called_owner;
        found.direction = direction_of(has_caller && uuid_equal(caller_owner, found.customer),
                                       has_called && uuid_equal(called_owner, found.customer));
    } else if (has_source) {
        found.customer = source_owner;
    } else {
        status = find_unassigned(index, &found.customer, fault);
    }
    if (status == STATUS_OK)
        *owner = found;
    return status;
}
