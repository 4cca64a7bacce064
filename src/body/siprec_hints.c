#include "body/siprec_hints.h"

#include <string.h>
#include <strings.h>

#include "body/siprec_number.h"

/* Oracle: the flag stands in the participant itself. */
static void read_flags(const struct siprec_xml_node *root, struct siprec_model *model)
{
    size_t participant = 0;

    for (const struct siprec_xml_node *node = root->child; node; node = node->next) {
        if (!siprec_xml_is(node, "participant") || participant == model->participants)
            continue;
        const struct siprec_xml_node *flag = siprec_xml_find(node, "callingParty");
        struct siprec_participant *one = &model->participant[participant++].told;

        if (flag && strcasecmp(flag->text, "true") == 0)
            one->said_calling = true;
        else if (flag && strcasecmp(flag->text, "false") == 0)
            one->said_called = true;
    }
}

/* Names of the element that holds an end's address or number, the surest first; NULL ends them. */
static const char *const calling_names[] = {
    "callingPartyNumber", "callingNumber", "fromhdr", "callerNumber", "callingParty",
    "fromHeader",         "caller",        "ani",     "from",         NULL};
static const char *const called_names[] = {
    "calledPartyNumber", "calledNumber", "tohdr", "calleeNumber", "calledParty",
    "toHeader",          "callee",       "dnis",  "to",           NULL};

/* Below extension data, wherever that stands, or in a session or group; NULL where none has text.
 */
static const char *find_text(const struct siprec_xml_node *root, const char *name)
{
    static const char *const places[] = {"extensiondata", "callData", "session", "group"};

    for (const struct siprec_xml_node *node = root; node; node = siprec_xml_walk(node, root)) {
        for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
            const struct siprec_xml_node *found =
                siprec_xml_is(node, places[i]) ? siprec_xml_find(node, name) : NULL;

            if (found && found->text[0])
                return found->text;
        }
    }
    return NULL;
}

/* The number in the first of the elements that is there; *number stays where there is none. */
static enum status read_number(const struct siprec_xml_node *root, struct siprec_arena *arena,
                               const char *const *names, char **number)
{
    const char *aor = NULL;

    while (*names && !aor)
        aor = find_text(root, *names++);
    if (!aor)
        return STATUS_OK;
    char *read = siprec_arena_alloc(arena, strlen(aor) + 1);
    if (!read)
        return STATUS_NOMEM;
    siprec_number_of_aor(aor, read);
    *number = read;
    return STATUS_OK;
}

enum status siprec_hints_read(const struct siprec_xml_node *root, struct siprec_model *model)
{
    read_flags(root, model);
    enum status status = read_number(root, &model->arena, calling_names, &model->calling_number);
    if (status == STATUS_OK)
        status = read_number(root, &model->arena, called_names, &model->called_number);
    return status;
}
