#include "ingest/plain_call.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "body/name_address.h"

static void read_party(const char *value, struct recording_party *party)
{
    struct name_address address;

    name_address_read(value, &address);
    name_address_number(&address, party->number);
    name_address_name(&address, party->name);
}

/* x-nearendaddr and x-farendaddr are numbers, without a name. */
static void read_end(const struct name_address *from, const char *name, struct recording_party *end)
{
    char number[BOUND_NUMBER_BYTES];

    if (!name_address_parameter(from, name, number, sizeof number) || !*number)
        return;
    if (strcmp(number, end->number) != 0)
        end->name[0] = '\0';
    text_copy(end->number, sizeof end->number, number);
}

static void read_pair(const struct name_address *from, struct plain_call *call)
{
    char ignored[2];

    if (!name_address_parameter(from, "x-refci", call->reference, sizeof call->reference) ||
        !*call->reference)
        return;
    if (name_address_parameter(from, "x-nearend", ignored, sizeof ignored))
        call->end = PLAIN_CALL_NEAR_END;
    else if (name_address_parameter(from, "x-farend", ignored, sizeof ignored))
        call->end = PLAIN_CALL_FAR_END;
    if (call->end == PLAIN_CALL_WHOLE)
        return;
    /* both halves come in the name of the recorded phone, to the recorder's own number */
    name_address_number(from, call->caller.number);
    name_address_name(from, call->caller.name);
    memset(&call->called, 0, sizeof call->called);
    read_end(from, "x-nearendaddr", &call->caller);
    read_end(from, "x-farendaddr", &call->called);
    (void)name_address_parameter(from, "x-nearenddevice", call->device, sizeof call->device);
    (void)name_address_parameter(from, "x-nearendclusterid", call->cluster, sizeof call->cluster);
}

static bool is_other(const struct recording_party *now, const struct recording_party *before)
{
    return *now->number && (strcmp(now->number, before->number) != 0 ||
                            (*now->name && strcmp(now->name, before->name) != 0));
}

bool plain_call_read_change(const char *from, struct plain_call *call)
{
    struct name_address address;
    struct plain_call now = {.end = PLAIN_CALL_WHOLE};

    name_address_read(from, &address);
    read_pair(&address, &now);
    if (now.end == PLAIN_CALL_WHOLE || now.end != call->end)
        return false;
    bool caller = is_other(&now.caller, &call->caller);
    bool called = is_other(&now.called, &call->called);
    if (caller)
        call->caller = now.caller;
    if (called)
        call->called = now.called;
    return caller || called;
}

const struct recording_party *plain_call_own_end(const struct plain_call *call)
{
    return call->end == PLAIN_CALL_FAR_END ? &call->called : &call->caller;
}

static bool contradict(const char *one, const char *other)
{
    return *one && *other && strcasecmp(one, other) != 0;
}

bool plain_call_is_pair(const struct plain_call *one, const struct plain_call *other)
{
    return one->end != PLAIN_CALL_WHOLE && other->end != PLAIN_CALL_WHOLE &&
           one->end != other->end && strcmp(one->reference, other->reference) == 0 &&
           !contradict(one->device, other->device) && !contradict(one->cluster, other->cluster);
}

void plain_call_read_parties(const struct sip_call_identity *identity, struct plain_call *call)
{
    memset(call, 0, sizeof *call);
    read_party(*identity->asserted ? identity->asserted : identity->from, &call->caller);
    read_party(identity->to, &call->called);
}

void plain_call_read(const struct sip_call_identity *identity, struct plain_call *call)
{
    struct name_address from;

    plain_call_read_parties(identity, call);
    name_address_read(identity->from, &from);
    read_pair(&from, call);
}

void plain_call_assign(const struct plain_call *call, size_t first, struct call_streams *streams)
{
    streams->caller = call->caller;
    streams->called = call->called;
    for (size_t i = first; i < streams->count; i++) {
        struct recording_stream *stream = &streams->stream[i];
        bool far = call->end == PLAIN_CALL_FAR_END || (call->end == PLAIN_CALL_WHOLE && i > 0);
        stream->channel = far ? RECORDING_RIGHT : RECORDING_LEFT;
        if (call->end != PLAIN_CALL_WHOLE || streams->count > 1)
            stream->party = far ? call->called : call->caller;
    }
}
